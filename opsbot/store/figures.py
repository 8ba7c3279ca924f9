"""Counting what happened in a span of time, in the tables of events and of requests."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from opsbot.domain.figures import Figures
from opsbot.domain.lifecycle import State
from opsbot.domain.watching import Topic
from opsbot.store.globbing import matches
from opsbot.store.schema import events
from opsbot.store.schema import publish_requests as requests

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy import ColumnElement, Connection

    from opsbot.domain.figures import Span

_WAITING = (State.PENDING.value, State.APPROVED.value)


def figures_in(connection: Connection, span: Span) -> Figures:
    """Count what happened in a span, as a part of a transaction.

    Packages are counted by their events, which are there from when somebody watched, or where the bot made them.
    Requests are all there, and what waits is what waits now.
    """
    in_time = (events.c.at >= span.since) & (events.c.at < span.until) & _covered(events.c.service, span)
    by_topic = select(events.c.topic, func.count()).where(in_time).group_by(events.c.topic)
    topics = Counter({row[0]: row[1] for row in connection.execute(by_topic)})
    ended = (
        (requests.c.ended_at >= span.since) & (requests.c.ended_at < span.until) & _covered(requests.c.service, span)
    )
    by_state = select(requests.c.state, func.count()).where(ended).group_by(requests.c.state)
    states = Counter({row[0]: row[1] for row in connection.execute(by_state)})
    waits = requests.c.state.in_(_WAITING) & _covered(requests.c.service, span)
    waiting, oldest = connection.execute(select(func.count(), func.min(requests.c.asked_at)).where(waits)).one()
    return Figures(
        span,
        packaged=topics[Topic.PACKAGED.value],
        deleted=topics[Topic.DELETED.value],
        published=states[State.PUBLISHED.value],
        failed=states[State.FAILED.value],
        declined=states[State.DECLINED.value],
        expired=states[State.EXPIRED.value],
        waiting=waiting,
        oldest=oldest,
        took=_took(connection, ended),
    )


def _took(connection: Connection, ended: ColumnElement[bool]) -> timedelta | None:
    """Tell the median of the times from packages to their publishes."""
    published = ended & (requests.c.state == State.PUBLISHED.value) & requests.c.packaged_on.is_not(None)
    rows = connection.execute(select(requests.c.packaged_on, requests.c.ended_at).where(published))
    times = [row.ended_at - row.packaged_on for row in rows]
    return median(times) if times else None


def _covered(service: ColumnElement[str], span: Span) -> ColumnElement[bool]:
    return matches(service, (span.services,)) & matches(service, span.visible)
