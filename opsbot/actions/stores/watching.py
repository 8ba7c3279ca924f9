"""What is kept of watching: who hears of what, what the nodes looked like, and what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from opsbot.domain.deliveries import Effects
    from opsbot.domain.figures import Figures, Span
    from opsbot.domain.models import (
        MessageRef,
    )
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.sights import NodeSight, Sight
    from opsbot.domain.watching import Event, Watch


class Watches(Protocol):
    """Who hears of what. Every call may raise StoreError."""

    def add(self, watch: Watch, effects: Effects) -> Watch:
        """Keep a watch, in the place of one of the same services for the same target; gives it with its id."""
        ...

    def remove(self, watch: Watch, effects: Effects) -> bool:
        """Forget a watch; tells whether it was there, and keeps the effects only then."""
        ...

    def get(self, number: int) -> Watch | None:
        """Find a watch by its number."""
        ...

    def of_target(self, target: str) -> tuple[Watch, ...]:
        """List what a channel or a person hears of, stopped watches and all, oldest first."""
        ...

    def set_by(self, person: str) -> tuple[Watch, ...]:
        """List what somebody set, for themselves and for channels, oldest first."""
        ...

    def going_on(self) -> tuple[Watch, ...]:
        """List all watches that aren't stopped, oldest first."""
        ...

    def stop(self, target: str, why: str, at: datetime) -> tuple[Watch, ...]:
        """Have nothing more told to a target, and tell each who set a watch for it, once; gives those that went on."""
        ...

    def want_digests(self, at: datetime) -> None:
        """See to it that for each weekly watch one digest waits, which comes though nothing happens."""
        ...

    def test(self, tests: Iterable[Effects]) -> None:
        """Keep what tests of watches say, each with its record: all of them, or none."""
        ...


class Sights(Protocol):
    """What was seen on the nodes. Every call may raise StoreError."""

    def node(self, node: str) -> NodeSight:
        """Tell how the looks at a node go."""
        ...

    def of(self, node: str) -> Mapping[ServiceRef, Sight]:
        """Find what was seen on a node last, by service."""
        ...

    def keep(
        self,
        node: NodeSight,
        changed: Iterable[Sight],
        gone: Sequence[ServiceRef],
        events: Iterable[Event],
        at: datetime,
        *,
        said_of_node: str = "",
    ) -> None:
        """Keep a round: what changed, what is gone, what happened; `said_of_node` is told to all who watch there."""
        ...

    def forget(self, node: str) -> None:
        """Forget what was seen on a node that nobody watches any more, and that it was looked at at all.

        When somebody watches it again, the first sight isn't news; until then nobody misses a look.
        """
        ...


class Events(Protocol):
    """What happened, and where it is told. Every call may raise StoreError."""

    def get(self, number: int) -> Event:
        """Find an event by its number; NotFoundError where there is none."""
        ...

    def figures(self, span: Span) -> Figures:
        """Count what happened in a span of time."""
        ...

    def story(self, target: str, event: Event) -> MessageRef | None:
        """Find where the story of the event's version is told to a target."""
        ...

    def told_at(self, message: MessageRef) -> tuple[tuple[ServiceRef, str], ...]:
        """Name the versions, each with its service, whose stories are told in the thread of a message."""
        ...

    def begin_story(
        self, target: str, event: Event, message: MessageRef, at: datetime, instead_of: MessageRef | None = None
    ) -> None:
        """Keep where the story of the event's version is told, unless that is known, and that it went on.

        A message that is gone is replaced: `instead_of` is the one.
        """
        ...
