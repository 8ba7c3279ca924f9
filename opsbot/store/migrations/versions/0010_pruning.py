"""What may be forgotten is found without reading all that is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import op

from opsbot.store.migrations.indexing import make_index

if TYPE_CHECKING:
    from collections.abc import Mapping

revision = "0010"
down_revision = "0009"

_INDEXES: Final[Mapping[str, tuple[str, list[str]]]] = {
    "node_changes_by_state_and_time": ("node_changes", ["state", "asked_at"]),
    "snapshots_by_time": ("snapshots", ["taken_at"]),
    "snapshots_by_service": ("snapshots", ["service", "taken_at"]),
    "requests_by_package": ("publish_requests", ["service", "version"]),
    "events_by_package": ("events", ["service", "version"]),
    "stories_by_package": ("stories", ["service", "version"]),
}
_REFERENCES: Final[Mapping[str, tuple[str, str]]] = {
    "deliveries_by_change": ("deliveries", "node_change"),
    "deliveries_by_event": ("deliveries", "event"),
    "events_by_change": ("events", "node_change"),
}
"""Most rows refer to nothing of that kind."""


def upgrade() -> None:
    """Make the indexes."""
    for name, (table, columns) in _INDEXES.items():
        make_index(name, table, columns)
    for name, (table, column) in _REFERENCES.items():
        is_one = sa.text(f"{column} IS NOT NULL")
        make_index(name, table, [column], sqlite_where=is_one, postgresql_where=is_one)


def downgrade() -> None:
    """Do without them."""
    for name, (table, _) in (*_INDEXES.items(), *_REFERENCES.items()):
        op.drop_index(name, table)
