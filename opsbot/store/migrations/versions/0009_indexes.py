"""What is looked for is found without reading all that was ever kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic import op

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
    """Make the indexes; on PostgreSQL beside those who write meanwhile, such as replicas of the old version."""
    if op.get_bind().dialect.name != "postgresql":
        for name, (table, columns) in _INDEXES.items():
            op.create_index(name, table, columns)
        return
    with op.get_context().autocommit_block():
        for name, (table, columns) in _INDEXES.items():
            _make_beside_writers(name, table, columns)


def _make_beside_writers(name: str, table: str, columns: list[str]) -> None:
    """Make an index that isn't there; one that a failure left half made is of no use, and is made anew."""
    found = sa.text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    is_whole = op.get_bind().execute(found, {"name": name}).scalar_one_or_none()
    if is_whole is False:
        op.drop_index(name, table, postgresql_concurrently=True)
    if not is_whole:
        by_prefix = _BY_PREFIX if "service" in columns else {}
        op.create_index(name, table, columns, postgresql_ops=by_prefix, postgresql_concurrently=True)


def downgrade() -> None:
    """Do without them."""
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table)
