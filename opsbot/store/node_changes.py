"""The table of changes of nodes that people asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from opsbot.domain.changes import GOING_ON, ChangeState, lane_of, makers_of, part_of
from opsbot.domain.commands import CreatePackage, DeletePackage
from opsbot.errors import NotFoundError
from opsbot.store.change_rows import change_of, changed_columns, new_row
from opsbot.store.schema import node_changes as table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Effects
    from opsbot.domain.models import MessageRef, Package
    from opsbot.domain.references import ServiceRef
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper


class NodeChangeStore:
    """Keeps changes of nodes; whoever changes one of them has it locked."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def open(self, change: NodeChange, effects: Callable[[NodeChange], Effects]) -> tuple[NodeChange, bool]:
        """Keep a new one, or find the one in the same lane that is going on; tells whether it is new."""
        with self._keeper.transaction() as keeping:
            connection = keeping.connection
            try:
                with connection.begin_nested():
                    row = connection.execute(insert(table).values(new_row(change)).returning(table)).mappings().one()
            except IntegrityError:
                same = (table.c.service == str(change.service)) & (table.c.lane == lane_of(change.wanted))
                going_on = table.c.state.in_([state.value for state in GOING_ON])
                found = connection.execute(select(table).where(same, going_on)).mappings().one_or_none()
            else:
                opened = change_of(row)
                keeping.keep(effects(opened))
                return opened, True
        # None: it ended in between
        return (change_of(found), False) if found is not None else self.open(change, effects)

    def get(self, change: int) -> NodeChange:
        """Find one by its number; NotFoundError where there is none."""
        found = self._select(table.c.id == change)
        if not found:
            raise _none_such(change)
        return found[0]

    def makers(self, service: ServiceRef, packages: Sequence[Package]) -> Mapping[str, NodeChange]:
        """Find, by version, those that made these very packages, with one query for all."""
        of_packages = table.c.kind.in_([CreatePackage.verb, DeletePackage.verb])
        these = (table.c.service == str(service)) & table.c.part.in_([package.version for package in packages])
        # The state is looked at here: SQLite would rather find them by it, and read all that was ever done.
        done = [change for change in self._select(these & of_packages) if change.state is ChangeState.DONE]
        return makers_of(done, packages)

    def in_states(self, states: frozenset[ChangeState]) -> list[NodeChange]:
        """Find those in one of the states, oldest first."""
        return self._select(table.c.state.in_([state.value for state in states]))

    def repeats_of(self, change: NodeChange) -> list[NodeChange]:
        """Find those of the same kind that somebody asked for later, of the same part; oldest first."""
        part = (table.c.service == str(change.service)) & (table.c.part == part_of(change.wanted))
        return self._select(part & (table.c.kind == change.wanted.verb) & (table.c.id > change.id))

    def change(
        self, change: int, step: Callable[[NodeChange], tuple[NodeChange, Effects | None] | str]
    ) -> NodeChange | str:
        """Have the step decide, with the change locked, and keep what it says; or give its sentence."""
        with self._keeper.transaction() as keeping:
            # The first statement writes, so that both databases lock before anything is read.
            locked = update(table).where(table.c.id == change).values(revision=table.c.revision + 1)
            row = keeping.connection.execute(locked.returning(table)).mappings().one_or_none()
            if row is None:
                raise _none_such(change)
            said = step(change_of(row))
            if isinstance(said, str):
                return said
            after, effects = said
            keeping.connection.execute(update(table).where(table.c.id == change).values(changed_columns(after)))
            if effects is not None:
                keeping.keep(effects)
            return after

    def remember_message(self, change: int, message: MessageRef, instead_of: MessageRef | None = None) -> None:
        """Keep where it is told how the change goes, unless that is known; one that is gone, `instead_of`, is replaced."""
        has_none: ColumnElement[bool] = table.c.message_ts.is_(None)
        if instead_of is not None:
            has_none |= (table.c.message_channel == instead_of.channel) & (table.c.message_ts == instead_of.ts)
        without = (table.c.id == change) & has_none
        placed = update(table).where(without).values(message_channel=message.channel, message_ts=message.ts)
        with self._database.transaction() as connection:
            connection.execute(placed)

    def _select(self, condition: ColumnElement[bool]) -> list[NodeChange]:
        with self._database.transaction() as connection:
            rows = connection.execute(select(table).where(condition).order_by(table.c.id)).mappings()
            return [change_of(row) for row in rows]


def _none_such(change: int) -> NotFoundError:
    return NotFoundError(f"There is no change {change}.")
