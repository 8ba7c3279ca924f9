"""When whoever watches wants to be told: not in quiet hours, or only once a day or a week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})(?:[\s,@]+(\S+))?")
_MORNING = time(9)
_DAY = timedelta(days=1)


class Digest(StrEnum):
    """How often news is told that isn't told at once: at nine in the morning, weekly on Mondays."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def span(self) -> timedelta:
        """How long the time is that it tells of."""
        return _DAY if self is Digest.DAILY else 7 * _DAY


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours of each day in which nothing is told, by the clocks of a zone; they may go over midnight."""

    start: time
    end: time
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `22:00-07:00 Europe/Berlin`, without a zone in UTC; ValueError says what is wrong."""
        found = _HOURS.fullmatch(text.strip())
        if found is None:
            raise ValueError('write from when to when and the time zone, like "22:00-07:00 Europe/Berlin"')
        try:
            start, end = (time.fromisoformat(each.zfill(5)) for each in found.groups()[:2])
        except ValueError:
            raise ValueError("write times from 00:00 to 23:59") from None
        if start == end:
            raise ValueError("they begin when they end: nothing would ever be told")
        zone = found[3] or "UTC"
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone “{zone}”; write one like Europe/Berlin") from None
        return cls(start, end, zone)

    def end_of(self, now: datetime) -> datetime | None:
        """Tell when the quiet hours that hold `now` are over, in UTC; None where it isn't quiet."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        for day in (today - _DAY, today):
            over = day + _DAY if self.end <= self.start else day
            end = self._moment(datetime.combine(over, self.end))
            if self._moment(datetime.combine(day, self.start)) <= now < end:
                return end
        return None

    def _moment(self, local: datetime) -> datetime:
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)


def held_until(quiet: Quiet | None, digest: Digest | None, now: datetime) -> datetime | None:
    """Tell until when news of now is kept back, in UTC; None where it is told at once."""
    due = _next_morning(digest, quiet.zone if quiet is not None else "UTC", now) if digest is not None else None
    if quiet is None:
        return due
    return quiet.end_of(due or now) or due


def _next_morning(digest: Digest, zone: str, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    morning = datetime.combine(local.date(), _MORNING).replace(tzinfo=ZoneInfo(zone))
    while morning <= local or (digest is Digest.WEEKLY and morning.weekday() != 0):
        morning = datetime.combine(morning.date() + _DAY, _MORNING).replace(tzinfo=ZoneInfo(zone))
    return morning.astimezone(UTC)
