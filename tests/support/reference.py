"""A plain account of points, written from points.md without a look at the engine: lists, loops, no database."""

import calendar
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

HERE = timezone(timedelta(hours=8))


def month_end(start: datetime, months: int) -> datetime:
    """Midnight in Shanghai after the last day of the month so many months on."""
    day = start.astimezone(HERE)
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    last = datetime(year, month, calendar.monthrange(year, month)[1], tzinfo=HERE)
    return last + timedelta(days=1)


@dataclass
class Pot:
    """A credit."""

    granted: int
    earned: datetime
    starts: datetime | None
    months: int | None
    ends: datetime | None = None
    left: int = 0
    running: bool = False
    taken_back: int = 0


@dataclass
class Use:
    """A debit: which pots paid how much, and has not come back."""

    parts: list[list[int]]
    held_until: datetime | None = None
    open: bool = True


@dataclass
class Reference:
    """One member's points."""

    pots: list[Pot] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    debt: int = 0

    def grant(self, amount: int, now: datetime, starts: datetime | None, months: int | None) -> int:
        self.tick(now)
        self.pots.append(Pot(amount, now, starts, months, left=amount))
        self._set_end(self.pots[-1])
        self.tick(now)
        return len(self.pots) - 1

    def begin(self, index: int, starts: datetime, now: datetime) -> None:
        self.tick(now)
        pot = self.pots[index]
        if not pot.running and pot.left:
            pot.starts = starts
            self._set_end(pot)
        self.tick(now)

    def _set_end(self, pot: Pot) -> None:
        pot.ends = month_end(pot.starts, pot.months) if pot.starts and pot.months else None

    def tick(self, now: datetime) -> None:
        """Let time do what it does: holds run out, pending points begin, old points die."""
        for use in self.uses:
            if use.open and use.held_until is not None and use.held_until <= now:
                use.open = False
                self._back(use, sum(part for _pot, part in use.parts), now)
        for pot in sorted((p for p in self.pots if not p.running and p.left and p.starts), key=lambda p: p.starts):  # type: ignore[arg-type, return-value]
            if pot.starts is not None and pot.starts <= now:
                pot.running = True
                self._repay(now)
        for pot in self.pots:
            if pot.running and pot.ends is not None and pot.ends <= now:
                pot.left = 0

    def _ordered(self, now: datetime) -> list[int]:
        far = datetime.max.replace(tzinfo=HERE) - timedelta(days=2)
        fit = [n for n, p in enumerate(self.pots) if p.running and p.left and (p.ends is None or now < p.ends)]
        return sorted(fit, key=lambda n: (self.pots[n].ends or far, self.pots[n].earned, n))

    def _take(self, amount: int, order: list[int]) -> list[list[int]]:
        parts = []
        for n in order:
            part = min(self.pots[n].left, amount)
            if part:
                self.pots[n].left -= part
                amount -= part
                parts.append([n, part])
        return parts

    def _repay(self, now: datetime) -> None:
        self.debt -= sum(part for _pot, part in self._take(self.debt, self._ordered(now)))

    def _use(self, amount: int, now: datetime, until: datetime | None) -> int | None:
        self.tick(now)
        order = self._ordered(now)
        if sum(self.pots[n].left for n in order) < amount:
            return None
        self.uses.append(Use(self._take(amount, order), until))
        return len(self.uses) - 1

    def spend(self, amount: int, now: datetime) -> int | None:
        return self._use(amount, now, None)

    def hold(self, amount: int, until: datetime, now: datetime) -> int | None:
        return self._use(amount, now, until)

    def _back(self, use: Use, amount: int, now: datetime) -> int:
        """Put points back, the last used first; return how many came too late and died."""
        far, dead = datetime.max.replace(tzinfo=HERE) - timedelta(days=2), 0
        order = sorted(
            use.parts, key=lambda p: (self.pots[p[0]].ends or far, self.pots[p[0]].earned, p[0]), reverse=True
        )
        for part in order:
            pot, back = self.pots[part[0]], min(part[1], amount)
            part[1] -= back
            amount -= back
            if pot.ends is not None and pot.ends <= now:
                dead += back
            else:
                pot.left += back
        self._repay(now)
        return dead

    def give_back(self, index: int, amount: int, by_club: bool, now: datetime) -> bool:
        self.tick(now)
        use = self.uses[index]
        if amount > sum(part for _pot, part in use.parts):
            return False
        debt, self.debt = self.debt, 0
        dead = self._back(use, amount, now)
        self.debt = debt
        if dead and by_club:
            midnight = now.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
            self.pots.append(Pot(dead, now, now, None, midnight + timedelta(days=31), dead, running=True))
        self._repay(now)
        return True

    def take_back(self, index: int, percent: int, now: datetime) -> int:
        self.tick(now)
        pot = self.pots[index]
        amount = max(pot.granted * percent // 100 - pot.taken_back, 0)
        pot.taken_back += amount
        own = [index] if pot.left and (not pot.running or index in self._ordered(now)) else []
        others = [n for n in self._ordered(now) if n != index]
        self.debt += amount - sum(part for _pot, part in self._take(amount, own + others))
        return amount

    def used_of(self, index: int, share: int) -> int:
        return sum(part for _pot, part in self.uses[index].parts) * share // 3

    def end_hold(self, index: int, used: int, now: datetime) -> int | None:
        self.tick(now)
        use = self.uses[index]
        if not use.open:
            return None
        use.open = False
        self._back(use, sum(part for _pot, part in use.parts) - used, now)
        return index

    def figures(self, now: datetime) -> tuple[int, int, int, int]:
        """Available, pending, held, debt."""
        self.tick(now)
        held = sum(part for use in self.uses if use.held_until and use.open for _pot, part in use.parts)
        return (
            sum(self.pots[n].left for n in self._ordered(now)),
            sum(pot.left for pot in self.pots if not pot.running),
            held,
            self.debt,
        )
