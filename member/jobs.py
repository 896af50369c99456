"""What members need done at night."""

from datetime import datetime

from kernel.jobs import Progress, job
from member import operations, rules


@job("member.forget_codes")
def forget_codes(as_of: datetime, progress: Progress) -> None:
    """Delete codes a day after they were sent, a thousand at a time; nothing can be proven with them any more."""
    while forgotten := operations.forget_codes(before=as_of - rules.CODE_KEPT):
        for _code in range(forgotten):
            progress.step()
