"""The public board: posting, hiding for one of the legal reasons, showing again."""

from collections.abc import Sequence

import sqlalchemy as sa

from kernel import audit, clock, files, form_keys, search
from kernel.actor import Actor
from kernel.db import db, operation
from member import queries as members
from service_requests import errors, notifications, rules
from service_requests.dictionary import Audience, Channel, EventKind, HiddenReason, Kind, Visibility, Wish
from service_requests.models import BoardPolicy, Case
from service_requests.operations.filing import take_in
from service_requests.operations.record import count_month, happened, locked


@operation
def post_on_board(
    *,
    title: str,
    text: str,
    actor: Actor,
    key: str,
    home_id: int | None = None,
    project_code: str | None = None,
    wish: Wish | None = None,
    photos: Sequence[files.Prepared] = (),
) -> Case:
    """Put a complaint on the public board, with a first reply promised within 24 hours (S1); clocks as for any case.

    Everybody reads a copy without telephone, identity and home numbers and without the author's name; photos stay
    between the author and us. Visible at once unless the board is set to be reviewed first, which stops no clock.
    """
    content = (title, text, home_id, project_code, [photo.digest for photo in photos])
    claim = form_keys.claim(key, actor=actor, purpose="service_requests.post", content=content)
    if claim.earlier_id:
        return db.session.get_one(Case, claim.earlier_id)
    author = members.get(actor.id) if actor.is_member else None
    if author is None:
        raise errors.UnknownMember()
    case = take_in(
        kind=Kind.COMPLAINT,
        text=text,
        actor=actor,
        member_id=author.id,
        home_id=home_id,
        project_code=project_code,
        title=title,
        wish=wish,
        channel=Channel.BOARD,
        photos=photos,
        posted_as=(
            rules.visibility_of_post(review_first=_reviews_first()),
            rules.masked(title.strip() or rules.short_title(text), names=[author.name])[:80],
            rules.masked(text.strip(), names=[author.name]),
            rules.board_name(author.nickname, author.name, author.masked_name)[:50],
        ),
    )
    claim.keep(case)
    _index(case)
    audit.record(actor, "service_requests.posted", case, number=case.number, visibility=case.visibility)
    notifications.received(case, actor=actor)
    return case


def _reviews_first() -> bool:
    newest = sa.select(BoardPolicy.review_first).where(BoardPolicy.effective_from <= clock.today())
    return bool(db.session.scalar(newest.order_by(BoardPolicy.effective_from.desc()).limit(1)))


def _index(case: Case) -> None:
    if rules.is_on_board(case.visibility):
        search.index("board", case.id, f"{case.number} {case.board_title} {case.board_text[:400]}")
    else:
        search.forget("board", case.id)


def _post(case_id: int, actor: Actor) -> Case:
    case = locked(case_id, actor)
    if not case.is_post:
        raise errors.NoPost()
    return case


@operation
def hide_post(case_id: int, *, reason: HiddenReason, words: str, actor: Actor) -> Case:
    """Take a post off the board for one of the legal reasons; the author is told why, and every clock goes on (rule 7).

    Staff still read the original. Conflict when it is hidden already; refused without an explanation for the author.
    """
    case = _post(case_id, actor)
    if case.visibility is Visibility.HIDDEN:
        raise errors.NotShown()
    rules.check_reason(words)
    case.visibility, case.hidden_reason, case.hidden_words = Visibility.HIDDEN, reason, words.strip()
    happened(case, EventKind.HIDDEN, actor, text=words.strip(), reason=reason.value)
    _index(case)
    audit.record(actor, "service_requests.post_hidden", case, reason=reason, words=words.strip())
    notifications.post_hidden(case, actor=actor)
    count_month(clock.now(), hidden=1)
    return case


@operation
def restore_post(case_id: int, *, actor: Actor) -> Case:
    """Show a post on the board again, or for the first time after a review; Conflict when everybody sees it already."""
    case = _post(case_id, actor)
    if case.visibility is Visibility.PUBLIC:
        raise errors.ShownAlready()
    earlier, case.visibility = case.visibility, Visibility.PUBLIC
    case.hidden_reason, case.hidden_words = None, ""
    happened(case, EventKind.RESTORED, actor, audience=Audience.MEMBER, earlier=earlier.value)
    _index(case)
    audit.record(actor, "service_requests.post_restored", case, earlier=earlier)
    notifications.post_restored(case, actor=actor)
    return case
