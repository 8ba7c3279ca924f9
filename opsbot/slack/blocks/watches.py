"""What is answered about watches, and how each is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.watching import BY_CONFIG, EVERY_TOPIC
from opsbot.slack.blocks.messages import Answer, of_lines
from opsbot.slack.blocks.mrkdwn import clipped, code, date, escaped, person

if TYPE_CHECKING:
    from opsbot.domain.models import Asker
    from opsbot.domain.results import Unwatched, Watched, WatchesListed
    from opsbot.domain.watching import Watch

_WHY_LIMIT = 200
_MOST = 50


def watched(result: Watched, asker: Asker) -> Answer:
    """Say who hears of what from now on."""
    watch = result.watch
    said = (
        f":bell: {person(asker.person)}: {_who(watch)} hears of {code(watch.services)} from now on: {_topics(watch)}."
    )
    return Answer(said, private=watch.is_personal)


def unwatched(result: Unwatched, asker: Asker) -> Answer:
    """Say that a watch is over."""
    watch = result.watch
    said = f":no_bell: {person(asker.person)}: {_who(watch)} doesn't hear of {code(watch.services)} any more."
    return Answer(said, private=watch.is_personal)


def watches_listed(result: WatchesListed, asker: Asker) -> Answer:
    """List watches, and who set them."""
    found = result.watches
    about = "that you set or hear by" if result.personal else "of this channel"
    number = {0: "no watches", 1: "1 watch"}.get(len(found), f"{len(found)} watches")
    headline = f"{person(asker.person)}: {number} {about}."
    lines = [in_a_line(watch) for watch in found[:_MOST]]
    lines += [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
    return Answer(headline, (of_lines(lines),) if lines else (), private=result.personal)


def in_a_line(watch: Watch) -> str:
    """Write a watch in a line."""
    by = "by the configuration" if watch.by.id == BY_CONFIG else f"by {person(watch.by)} {date(watch.at)}"
    stopped = f" · :no_bell: stopped: {escaped(clipped(watch.stopped, _WHY_LIMIT))}" if watch.stopped else ""
    return f"{code(watch.services)} · {_topics(watch)} · {_who(watch)} · set {by}{stopped}"


def _who(watch: Watch) -> str:
    return f"<@{watch.target}>" if watch.is_personal else f"<#{watch.target}>"


def _topics(watch: Watch) -> str:
    said = "all that happens" if watch.topics == EVERY_TOPIC else ", ".join(sorted(watch.topics))
    said += f", {watch.digest.value}" if watch.digest is not None else ""
    return f"{said}, but not {watch.quiet}" if watch.quiet is not None else said
