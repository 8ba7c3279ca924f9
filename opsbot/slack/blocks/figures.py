"""How the figures of a digest are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.slack.blocks.mrkdwn import code, counted, date, listed

if TYPE_CHECKING:
    from datetime import timedelta

    from opsbot.domain.figures import Figures

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MANY_DAYS = 10 * _DAY


def in_figures(figures: Figures) -> str:
    """Say what happened in the time of a digest, and what waits."""
    span = figures.span
    counts = {
        "packaged": figures.packaged,
        "deleted": figures.deleted,
        "published": figures.published,
        "failed": figures.failed,
        "declined": figures.declined,
        "expired": figures.expired,
    }
    happened = listed(f"{number} {what}" for what, number in counts.items() if number)
    said = f":newspaper: *The {span.digest.value} digest* of {code(span.services)}, {date(span.since)} to {date(span.until)}: "
    said += f"{happened or 'nothing was packaged or published'}."
    if figures.took is not None:
        said += f" From package to publish it took {in_words(figures.took)}, half of them less and half of them longer."
    return f"{said} {_waiting(figures)}"


def in_words(length: timedelta) -> str:
    """Say how long something took, by the two units that matter."""
    seconds = max(length.total_seconds(), 0)
    days, hours, minutes = int(seconds // _DAY), int(seconds % _DAY // _HOUR), int(seconds % _HOUR // _MINUTE)
    if seconds < _MINUTE:
        return "less than a minute"
    parts = [(days, "day"), (hours, "hour"), (minutes if not days else 0, "minute")]
    said = [counted(number, unit) for number, unit in parts if number]
    return said[0] if seconds >= _MANY_DAYS else listed(said)


def _waiting(figures: Figures) -> str:
    if not figures.waiting:
        return "No request waits."
    if figures.waiting == 1:
        return f"1 request waits, since {date(figures.oldest)}."
    return f"{figures.waiting} requests wait, the oldest since {date(figures.oldest)}."
