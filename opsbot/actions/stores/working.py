"""What is kept of work on the nodes: their changes, and the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opsbot.domain.audit import Entry, Head, Record
    from opsbot.domain.changes import ChangeState, NodeChange
    from opsbot.domain.deliveries import Effects
    from opsbot.domain.models import MessageRef, Package
    from opsbot.domain.references import ServiceRef


class NodeChanges(Protocol):
    """Changes of nodes that people asked for, kept. Every call may raise StoreError."""

    def open(self, change: NodeChange, effects: Callable[[NodeChange], Effects]) -> tuple[NodeChange, bool]:
        """Keep a new one (its id is given here), or find the one in the same lane of the service that is going on."""
        ...

    def get(self, change: int) -> NodeChange:
        """Find one by its number; NotFoundError where there is none."""
        ...

    def makers(self, service: ServiceRef, packages: Sequence[Package]) -> Mapping[str, NodeChange]:
        """Find, by version, those that made these very packages; of one whose age the node didn't tell, the last."""
        ...

    def in_states(self, states: frozenset[ChangeState]) -> list[NodeChange]:
        """Find those in one of the states, oldest first."""
        ...

    def repeats_of(self, change: NodeChange) -> list[NodeChange]:
        """Find those of the same kind that somebody asked for later, of the same part of the service; oldest first."""
        ...

    def change(
        self, change: int, step: Callable[[NodeChange], tuple[NodeChange, Effects | None] | str]
    ) -> NodeChange | str:
        """Have the step decide, with the change locked, and keep what it says; or give its sentence."""
        ...

    def remember_message(self, change: int, message: MessageRef, instead_of: MessageRef | None = None) -> None:
        """Keep where it is told how the change goes, unless that is known; one that is gone, `instead_of`, is replaced."""
        ...


class Audit(Protocol):
    """The audit's chain. Every call may raise StoreError."""

    def append(self, entry: Entry) -> Head:
        """Keep what was tried, after all that was kept before."""
        ...

    def page(
        self, *, service: ServiceRef | None, request: int | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """Find a page of records, newest first, and how many there are, as far as that is counted."""
        ...
