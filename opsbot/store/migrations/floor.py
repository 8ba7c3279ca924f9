"""Telling older versions whether they can work on a schema that they don't know, as in a rollout or when one goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import delete, insert, inspect

from opsbot.store.schema import schema_floor

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext, MigrationInfo
    from alembic.script import Script


def keep_floor(ctx: MigrationContext, step: MigrationInfo, *_: Any, **__: Any) -> None:
    """Keep, in the transaction of a migration that was just applied, that only who knows it can work on the schema.

    A migration that has `older_versions_go_on = True` leaves that as it was: it takes nothing away that they use, and the
    version that brings it writes nothing that they can't read.
    """
    applied = cast("Script | None", step.up_revision)  # ours all come from files
    connection = ctx.connection
    if connection is None or applied is None or not step.is_upgrade:
        return
    goes_on = getattr(applied.module, "older_versions_go_on", False)
    if not goes_on and inspect(connection).has_table(schema_floor.name):
        connection.execute(delete(schema_floor))
        connection.execute(insert(schema_floor).values(revision=applied.revision))
