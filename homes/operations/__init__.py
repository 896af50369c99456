"""The verbs of homes."""

from homes.operations.binding import (
    bind_by_contract,
    bind_by_hand,
    bind_by_mobile,
    count_attempt,
    end_right,
    note_reading,
)
from homes.operations.estates import (
    edit_project,
    open_building,
    open_city,
    open_phase,
    open_project,
    write_factor,
)
from homes.operations.ledger import TOPIC as LEDGER_TOPIC
from homes.operations.ledger import (
    Reach,
    apply_import,
    begin_import,
    forget_files,
    run_import,
)
from homes.operations.progress import (
    edit_update,
    plan_building,
    publish_update,
    review_update,
    state_forecast,
    state_milestone,
    withdraw_update,
    write_update,
)

__all__ = [
    "LEDGER_TOPIC",
    "Reach",
    "apply_import",
    "begin_import",
    "bind_by_contract",
    "bind_by_hand",
    "bind_by_mobile",
    "count_attempt",
    "edit_project",
    "edit_update",
    "end_right",
    "forget_files",
    "note_reading",
    "open_building",
    "open_city",
    "open_phase",
    "open_project",
    "plan_building",
    "publish_update",
    "review_update",
    "run_import",
    "state_forecast",
    "state_milestone",
    "withdraw_update",
    "write_factor",
    "write_update",
]
