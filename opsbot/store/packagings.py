"""The table of packages that people asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from opsbot.domain.lifecycle import PackagingState
from opsbot.domain.models import Package, Packaging, Person
from opsbot.domain.references import ServiceRef
from opsbot.errors import NotFoundError
from opsbot.store.schema import packagings as table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import ColumnElement, RowMapping

    from opsbot.domain.deliveries import Effects
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper

_AT_IT = (PackagingState.ASKED.value, PackagingState.MAKING.value)


class PackagingStore:
    """Keeps packagings; whoever changes one has it locked."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def open(self, packaging: Packaging, effects: Callable[[Packaging], Effects]) -> tuple[Packaging, bool]:
        """Keep a new one, or find the one for the same version that isn't ended yet; tells whether it is new."""
        with self._keeper.transaction() as keeping:
            connection = keeping.connection
            try:
                with connection.begin_nested():
                    row = connection.execute(insert(table).values(_row(packaging)).returning(table)).mappings().one()
            except IntegrityError:
                same = (table.c.service == str(packaging.service)) & (table.c.version == packaging.version)
                at_it = select(table).where(same, table.c.state.in_(_AT_IT))
                found = connection.execute(at_it).mappings().one_or_none()
            else:
                opened = _packaging(row)
                keeping.keep(effects(opened))
                return opened, True
        # None: it ended in between
        return (_packaging(found), False) if found is not None else self.open(packaging, effects)

    def get(self, packaging: int) -> Packaging:
        """Find one by its number; NotFoundError where there is none."""
        found = self._select(table.c.id == packaging)
        if not found:
            raise _none_such(packaging)
        return found[0]

    def made(self, service: ServiceRef, version: str, created_on: datetime | None) -> Packaging | None:
        """Find the one that made this very package."""
        made = (table.c.service == str(service)) & (table.c.version == version)
        found = self._select(made & (table.c.state == PackagingState.MADE.value))
        same = (each for each in found if each.package is not None and each.package.created_on == created_on)
        return next(same, None)

    def in_states(self, states: frozenset[PackagingState]) -> list[Packaging]:
        """Find those in one of the states, oldest first."""
        return self._select(table.c.state.in_([state.value for state in states]))

    def change(
        self, packaging: int, step: Callable[[Packaging], tuple[Packaging, Effects | None] | str]
    ) -> Packaging | str:
        """Have the step decide, with the packaging locked, and keep what it says; or give its sentence."""
        with self._keeper.transaction() as keeping:
            # The first statement writes, so that both databases lock before anything is read.
            locked = update(table).where(table.c.id == packaging).values(revision=table.c.revision + 1)
            row = keeping.connection.execute(locked.returning(table)).mappings().one_or_none()
            if row is None:
                raise _none_such(packaging)
            said = step(_packaging(row))
            if isinstance(said, str):
                return said
            after, effects = said
            keeping.connection.execute(update(table).where(table.c.id == packaging).values(_row(after)))
            if effects is not None:
                keeping.keep(effects)
            return after

    def _select(self, condition: ColumnElement[bool]) -> list[Packaging]:
        with self._database.transaction() as connection:
            rows = connection.execute(select(table).where(condition).order_by(table.c.id)).mappings()
            return [_packaging(row) for row in rows]


def _none_such(packaging: int) -> NotFoundError:
    return NotFoundError(f"There is no packaging {packaging}.")


def _row(packaging: Packaging) -> dict[str, Any]:
    package = packaging.package
    return {
        "service": str(packaging.service),
        "version": packaging.version,
        "release_notes": packaging.release_notes,
        "by_id": packaging.by.id,
        "by_name": packaging.by.name,
        "asked_in": packaging.asked_in,
        "private": packaging.private,
        "asked_at": packaging.asked_at,
        "state": packaging.state.value,
        "outcome": packaging.outcome,
        "claimed_by": packaging.claimed_by,
        "posted_at": packaging.posted_at,
        "seconds": packaging.seconds,
        "packaged_on": package.created_on if package is not None else None,
        "packaged_by": package.created_by if package is not None else None,
    }


def _packaging(row: RowMapping) -> Packaging:
    state = PackagingState(row["state"])
    package = Package(row["version"], row["packaged_on"], row["packaged_by"], row["release_notes"])
    return Packaging(
        id=row["id"],
        service=ServiceRef.parse(row["service"], node=None, project=None),
        version=row["version"],
        release_notes=row["release_notes"],
        by=Person(row["by_id"], row["by_name"]),
        asked_in=row["asked_in"],
        private=row["private"],
        asked_at=row["asked_at"],
        state=state,
        outcome=row["outcome"],
        claimed_by=row["claimed_by"],
        posted_at=row["posted_at"],
        seconds=row["seconds"],
        package=package if state is PackagingState.MADE else None,
    )
