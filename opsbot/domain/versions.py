"""Which version id comes next, in the scheme that a service uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsbot.domain.references import checked_version
from opsbot.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

FIRST = "v1"

_DATE = re.compile(
    r"(?P<before>.*?)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)", re.ASCII
)
_LAST_NUMBER = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?P<after>\D*)", re.ASCII)
_MONTHS, _DAYS = 12, 31


def next_version(newest_first: Iterable[str], today: date) -> str:
    """Propose the version after the newest: one that doesn't exist, and that may be one.

    Dates become today's, with a number behind it where there was one today; of everything else the last number grows,
    as wide as it is: v9 to v10, v1.2.3 to v1.2.4, 007 to 008. What has no number gets one.
    """
    taken = tuple(newest_first)
    there = frozenset(taken)
    newest = taken[0] if taken else None
    candidates = _following(newest, today) if newest is not None else iter((FIRST,))
    for candidate in candidates:
        if candidate not in there and _may_be(candidate):
            return candidate
    return next(name for number in range(1, len(there) + 2) if (name := f"v{number}") not in there)


def _following(newest: str, today: date) -> Iterator[str]:
    """Name candidates, the best first; at least as many as there could be versions in the way."""
    dated = _dated(newest, today)
    if dated is not None:
        yield dated
        yield from (f"{dated}.{number}" for number in range(2, 1000))
    yield from _counted(newest)


def _dated(newest: str, today: date) -> str | None:
    found = _DATE.match(newest)
    if found is None or not (1 <= int(found["month"]) <= _MONTHS and 1 <= int(found["day"]) <= _DAYS):
        return None
    dash = found["dash"]
    rest = newest[found.end() :]
    if rest[:1].isdigit():
        return None  # a long number, not a date
    return f"{found['before']}{today:%Y}{dash}{today:%m}{dash}{today:%d}"


def _counted(newest: str) -> Iterator[str]:
    found = _LAST_NUMBER.fullmatch(newest)
    before, number, after = (found["before"], found["number"], found["after"]) if found else (f"{newest}-", "1", "")
    for step in range(1, 1000):
        yield f"{before}{int(number) + step:0{len(number)}}{after}"


def _may_be(candidate: str) -> bool:
    try:
        checked_version(candidate)
    except CommandError:
        return False
    return True
