"""What is answered about how the bot is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from opsbot.slack.blocks.messages import Answer, of_lines
from opsbot.slack.blocks.mrkdwn import clipped, code, counted, date, escaped, listed, or_none, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from opsbot.domain.models import Asker
    from opsbot.domain.results import StatusShown
    from opsbot.domain.status import Frozen, Look, Status

K = TypeVar("K", bound=StrEnum)

_WHY_LIMIT = 200
_MOST_SHOWN = 20
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def status_shown(result: StatusShown, asker: Asker) -> Answer:
    """Say first whether all is well, then what a person should look at, then the rest."""
    return status_blocks(result.status, f"{person(asker.person)} asked how I am")


def status_blocks(status: Status, asked: str) -> Answer:
    """Say it to whoever asked, as the words before the colon tell."""
    problems = status.problems
    how = "all is well" if not problems else f"to be looked at: {counted(len(problems), 'thing')}"
    headline = f"{asked}: {how}."
    lines = [f":warning: {escaped(clipped(problem, _WHY_LIMIT))}" for problem in problems[:_MOST_SHOWN]]
    return Answer(headline, (of_lines([*lines, *_about(status)]),))


def _about(status: Status) -> Iterable[str]:
    records, outlook = status.records, status.outlook
    yield f"Version {code(status.version)}, schema {code(records.schema)}."
    well = [*outlook.checks.items(), *((f"node {name}", answers) for name, answers in outlook.nodes.items())]
    if well:
        yield "What I see: " + listed(f"{_mark(is_well)} {escaped(name)}" for name, is_well in well) + "."
    yield f"Replicas: {or_none(len(records.replicas), 'replica')}."
    for replica in records.replicas[:_MOST_SHOWN]:
        yield f"• {code(replica.name)} was heard of {_ago(replica.silent_for)}"
    waiting = f", the oldest asked {_ago(records.since(records.oldest_waiting))}" if records.oldest_waiting else ""
    yield f"Requests: {_counts(records.requests)}{waiting}."
    yield f"Changes: {_counts(records.changes)}."
    yield f"Deliveries: {_counts(records.deliveries)}; given up are those of the last day."
    yield from (_look(look, status) for look in records.looks[:_MOST_SHOWN])
    for pause in records.pauses[:_MOST_SHOWN]:
        why = escaped(clipped(pause.reason, _WHY_LIMIT))
        yield f":double_vertical_bar: {code(pause.services)} is paused by {person(pause.by)} {date(pause.at)}: {why}"
    yield from (_frozen(frozen) for frozen in status.freezes[:_MOST_SHOWN])


def _look(look: Look, status: Status) -> str:
    when = _ago(status.records.since(look.at)) if look.at is not None else "at an unknown time"
    problem = f": {escaped(clipped(look.problem, _WHY_LIMIT))}" if look.problem else ""
    return f"{_mark(not look.problem)} {code(look.node)} was last looked at {when}{problem}"


def _frozen(frozen: Frozen) -> str:
    until = f" until {date(frozen.until)}" if frozen.until is not None else ""
    why = f": {escaped(clipped(frozen.reason, _WHY_LIMIT))}" if frozen.reason else ""
    return f":snowflake: policy {code(frozen.policy)} is frozen{until}{why}"


def _counts(counts: Mapping[K, int]) -> str:
    found = [f"{number} {state.value}" for state, number in counts.items() if number]
    return listed(found) if found else "none"


def _mark(is_well: bool) -> str:  # noqa: FBT001 - it is what is marked
    return ":white_check_mark:" if is_well else ":x:"


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}s ago"
    return f"{counted(seconds, 'second')} ago"
