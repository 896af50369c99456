"""The reads of the public board: only what was posted and masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kernel import clock, search
from kernel.db import db
from kernel.paging import Page, page_of
from service_requests.dictionary import ON_BOARD, Audience, Visibility
from service_requests.models import BoardMonth, Case, CaseEvent


@dataclass(frozen=True)
class BoardFigure:
    """How many first replies of a month came in time; nothing counted yet is no figure, not 0 and not 100."""

    month: date
    kept: int
    broken: int
    hidden: int

    @property
    def total(self) -> int:
        return self.kept + self.broken

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all of them."""
        return self.kept * 100 // self.total if self.total else None


def board_figure(month: date | None = None) -> BoardFigure:
    """Return the kept-promise figure of a month, this one by default; one row, counted as it happened."""
    day = month or clock.today()
    first = date(day.year, day.month, 1)
    row = db.session.get(BoardMonth, first)
    return BoardFigure(first, row.kept, row.broken, row.hidden) if row else BoardFigure(first, 0, 0, 0)


def board(
    *,
    project_code: str = "",
    answered: str = "",
    words: str = "",
    cursor: str | None = None,
    size: int = 20,
) -> Page[Case]:
    """Return a page of public posts, the newest first; ``answered`` is ``yes``, ``no``, or empty for both."""
    query = sa.select(Case).where(Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
    if project_code:
        query = query.where(Case.project_code == project_code)
    if answered in {"yes", "no"}:
        query = query.where(
            Case.first_replied_at.is_not(None) if answered == "yes" else Case.first_replied_at.is_(None)
        )
    if words.strip():
        query = query.where(Case.id.in_(search.find("board", words, limit=500)))
    return page_of(query, order=[Case.posted_at.desc(), Case.id.desc()], cursor=cursor, size=size)


def newest_posts(*, limit: int = 3) -> Sequence[Case]:
    """Return the newest public posts, for the landing page."""
    return db.session.scalars(
        sa.select(Case)
        .where(Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
        .order_by(Case.posted_at.desc(), Case.id.desc())
        .limit(limit)
    ).all()


def public_post(number: str) -> Case | None:
    """Return a post that everybody may read, or None."""
    return db.session.scalar(
        sa.select(Case).where(Case.number == number, Case.visibility == Visibility.PUBLIC, Case.posted_at.is_not(None))
    )


def public_events(case_id: int) -> list[CaseEvent]:
    """Return the official replies under a post, masked; everything else stays between the author and us."""
    return list(
        db.session.scalars(
            sa.select(CaseEvent)
            .where(
                CaseEvent.case_id == case_id,
                CaseEvent.audience == Audience.MEMBER,
                CaseEvent.kind.in_(ON_BOARD),
                CaseEvent.board_text != "",
            )
            .order_by(CaseEvent.at, CaseEvent.id)
        )
    )
