"""The table of snapshots: how a service was set up when a package of it was first seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from opsbot.domain.difference import ServiceSetup, Snapshot
from opsbot.store.schema import snapshots as table

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.references import ServiceRef
    from opsbot.store.engine import Database

_SETUP = TypeAdapter(ServiceSetup)


class SnapshotStore:
    """Keeps one snapshot of each package, the first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Keep the snapshot unless there is one of the same package; gives the one that counts."""
        values = {
            "service": str(snapshot.service),
            "version": snapshot.version,
            "packaged_on": _key(snapshot.packaged_on),
            "taken_at": snapshot.taken_at,
            "body": _SETUP.dump_json(snapshot.setup).decode(),
        }
        with self._database.transaction() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(table).values(values))
            except IntegrityError:
                pass  # somebody saw it first
            else:
                return snapshot
        return self.find(snapshot.service, snapshot.version, snapshot.packaged_on) or snapshot

    def find(self, service: ServiceRef, version: str, packaged_on: datetime | None) -> Snapshot | None:
        """Find the snapshot of a package."""
        same = (table.c.service == str(service)) & (table.c.version == version)
        wanted = select(table).where(same & (table.c.packaged_on == _key(packaged_on)))
        with self._database.transaction() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            return None
        return Snapshot(service, version, packaged_on, row["taken_at"], _SETUP.validate_json(row["body"]))


def _key(packaged_on: datetime | None) -> str:
    return packaged_on.isoformat() if packaged_on is not None else ""
