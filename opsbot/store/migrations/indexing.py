"""Making indexes of tables that others write to meanwhile, such as replicas of the old version."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op


def make_index(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Make an index within a migration; `options` are Alembic's, those for the other kind of database are passed over.

    On PostgreSQL that is done beside those who write, and for itself: what the migration did before is kept from then on.
    """
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, **options)
        return
    with op.get_context().autocommit_block():
        _make_beside_writers(name, table, columns, **options)


def _make_beside_writers(name: str, table: str, columns: list[str], **options: Any) -> None:
    """Make an index that isn't there; one that a failure left half made is of no use, and is made anew."""
    found = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    is_whole = op.get_bind().execute(found, {"name": name}).scalar_one_or_none()
    if is_whole is False:
        op.drop_index(name, table, postgresql_concurrently=True)
    if not is_whole:
        op.create_index(name, table, columns, **options, postgresql_concurrently=True)
