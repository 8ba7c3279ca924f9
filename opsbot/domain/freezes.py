"""When nothing may be published: freeze windows, one-off and weekly, each by the clocks of its own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_WEEK = timedelta(days=7)
_LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class WeekTime:
    """A moment of every week: the day, 0 for Monday, and the time on that day's clock."""

    day: int
    at: time

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which nothing is published: from one local date and time to another, or from one weekday to another.

    `start` and `end` are of the same kind: dates without a zone of their own, or moments of the week.
    """

    start: datetime | WeekTime
    end: datetime | WeekTime
    zone: str = "UTC"
    reason: str = ""

    def end_of(self, now: datetime) -> datetime | None:
        """Tell when the window that holds `now` is over, in UTC; None where none holds.

        Where clocks are put, a time may come twice or not at all: of all that it may mean, the longest window counts.
        """
        zone = ZoneInfo(self.zone)
        for start, end in self._windows(now.astimezone(zone)):
            over = max(_meanings(end, zone))
            if min(_meanings(start, zone)) <= now.astimezone(UTC) < over:
                return over
        return None

    def _windows(self, local: datetime) -> Iterable[tuple[datetime, datetime]]:
        """Give the windows near a local time: the one there is, or those of the last week, of this and of the next."""
        if isinstance(self.start, datetime) and isinstance(self.end, datetime):
            return ((self.start, self.end),)
        assert isinstance(self.start, WeekTime)
        assert isinstance(self.end, WeekTime)
        monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time())
        starts = [_moment(monday + offset, self.start) for offset in (-_WEEK, timedelta(0), _WEEK)]
        return ((start, _next(start, self.end)) for start in starts)


def frozen(freezes: Iterable[Freeze], now: datetime) -> tuple[Freeze, datetime | None] | None:
    """Tell which window holds now, and when publishing goes on, in UTC; windows that touch count as one.

    None where nothing is frozen; no time to go on where that is more than a year away.
    """
    freezes = tuple(freezes)
    first = next((freeze for freeze in freezes if freeze.end_of(now) is not None), None)
    if first is None:
        return None
    until = now
    while until - now < _LONGEST:
        ends = [end for freeze in freezes if (end := freeze.end_of(until)) is not None]
        if not ends:
            return first, until
        until = max(ends)
    return first, None


def _meanings(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give the two moments that a local time may mean, in UTC; on all days but two of the year they are the same."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _moment(monday: datetime, moment: WeekTime) -> datetime:
    return datetime.combine(monday.date() + timedelta(days=moment.day), moment.at)


def _next(start: datetime, moment: WeekTime) -> datetime:
    """Find the first such moment after the start; a week later where both are the same."""
    monday = start - timedelta(days=start.weekday())
    end = _moment(monday, moment)
    return end if end > start else _moment(monday + _WEEK, moment)
