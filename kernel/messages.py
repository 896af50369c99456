"""Text messages and mail: rendered in the recipient's language, written to the outbox, sent by the worker.

The SMS gateway and the mail server are peers outside the house. They get ten seconds each, and the outbox row's id, so
that a repeated delivery is one message. In demo mode the adapters refuse to talk to anything but this machine.
"""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment

from kernel import outbox
from kernel.settings import settings

TIMEOUT_SECONDS = 10
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class NotInDemo(RuntimeError):
    """The demo club must never reach a real person."""


def rendered(template: str, locale: str, **facts: Any) -> str:
    """Return a message template in a language; one line is one line."""
    with force_locale(locale):
        return _templates().get_template(f"messages/{template}").render(**facts).strip()


def _templates() -> Environment:
    """Return the templates as plain text: nothing is escaped for HTML, and nothing of a page is asked for, so that jobs
    render messages too."""
    known = current_app.extensions
    if "message_templates" not in known:
        known["message_templates"] = current_app.jinja_env.overlay(autoescape=False)
    return cast(Environment, known["message_templates"])


def send_sms(mobile: str, template: str, *, locale: str, key: str | None = None, **facts: Any) -> None:
    """Put a text message to an E.164 number into the outbox; the template is ``messages/<template>.sms.txt``."""
    text = rendered(f"{template}.sms.txt", locale, **facts).replace("\n", " ")
    outbox.put("sms", {"to": mobile, "text": text, "sign": settings().brand}, key=key)


def send_mail(address: str, template: str, *, locale: str, key: str | None = None, **facts: Any) -> None:
    """Put a mail into the outbox; the first line of ``messages/<template>.mail.txt`` is its subject."""
    subject, _blank, body = rendered(f"{template}.mail.txt", locale, **facts).partition("\n")
    outbox.put("mail", {"to": address, "subject": subject.strip(), "body": body.strip()}, key=key)


@outbox.handler("sms")
def _deliver_sms(delivery: outbox.Delivery) -> None:
    url = settings().sms_url
    _only_here(urlsplit(url).hostname or "")
    answer = requests.post(
        url, json={"id": f"sms-{delivery.id}", **delivery.payload}, timeout=TIMEOUT_SECONDS, allow_redirects=False
    )
    if answer.status_code != 200:
        raise RuntimeError(f"SMS gateway answered {answer.status_code}")


@outbox.handler("mail")
def _deliver_mail(delivery: outbox.Delivery) -> None:
    host, port = settings().smtp_host, settings().smtp_port
    _only_here(host)
    mail = EmailMessage()
    mail["From"], mail["To"] = settings().mail_from, delivery.payload["to"]
    mail["Subject"] = delivery.payload["subject"].replace("\r", " ").replace("\n", " ")
    mail["Message-ID"] = make_msgid(f"outbox-{delivery.id}", domain="club.example.com")
    mail.set_content(delivery.payload["body"])
    with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as server:
        if not settings().demo and host not in LOOPBACK:
            server.starttls()
        server.send_message(mail)


def _only_here(host: str) -> None:
    if (settings().demo or current_app.testing) and host not in LOOPBACK:
        raise NotInDemo(host)
