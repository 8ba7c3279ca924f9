"""What is looked for is found without reading all that was ever kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alembic import op

from opsbot.store.migrations.indexing import make_index

if TYPE_CHECKING:
    from collections.abc import Mapping

revision = "0009"
down_revision = "0008"

_INDEXES: Final[Mapping[str, tuple[str, list[str]]]] = {
    "requests_by_service": ("publish_requests", ["service", "id"]),
    "requests_by_state_and_service": ("publish_requests", ["state", "service"]),
    "requests_by_requester": ("publish_requests", ["requester_id", "id"]),
    "requests_by_requester_and_state": ("publish_requests", ["requester_id", "state", "id"]),
    "requests_by_requester_name": ("publish_requests", ["requester_name", "id"]),
    "requests_by_published_service": ("publish_requests", ["node", "published_service", "state", "ended_at"]),
    "requests_by_end": ("publish_requests", ["ended_at"]),
    "deliveries_by_channel": ("deliveries", ["channel", "sent_at"]),
    "stories_by_message": ("stories", ["channel", "ts"]),
}
_BY_PREFIX: Final = {"service": "varchar_pattern_ops"}


def upgrade() -> None:
    """Make the indexes."""
    for name, (table, columns) in _INDEXES.items():
        make_index(name, table, columns, postgresql_ops=_BY_PREFIX if "service" in columns else {})


def downgrade() -> None:
    """Do without them."""
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
