"""The verbs of the domain. Each is one transaction with one audit entry; people are told in the same transaction."""

from service_requests.operations.board import hide_post, post_on_board, restore_post
from service_requests.operations.closing import close_silently, confirm, rate, return_case, withdraw
from service_requests.operations.conversation import ask_member, note_internally, record_call, reply_publicly, write
from service_requests.operations.defaults import load_calendar_year, plant_defaults, set_promise
from service_requests.operations.escalation import escalate
from service_requests.operations.filing import file_case
from service_requests.operations.handling import (
    accept,
    appoint,
    assign,
    change_class,
    decline,
    put_off,
    record_arrival,
    record_step,
    resolve,
    resume,
    show_contact,
)

__all__ = [
    "accept",
    "appoint",
    "ask_member",
    "assign",
    "change_class",
    "close_silently",
    "confirm",
    "decline",
    "escalate",
    "file_case",
    "hide_post",
    "load_calendar_year",
    "note_internally",
    "plant_defaults",
    "post_on_board",
    "put_off",
    "rate",
    "record_arrival",
    "record_call",
    "record_step",
    "reply_publicly",
    "resolve",
    "restore_post",
    "resume",
    "return_case",
    "set_promise",
    "show_contact",
    "withdraw",
    "write",
]
