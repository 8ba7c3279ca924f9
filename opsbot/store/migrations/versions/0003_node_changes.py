"""Packagings become one kind of several changes of a node."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"

_TEXTS = ("service", "by_id", "by_name", "outcome", "claimed_by", "packaged_by")
_TYPES: dict[str, TypeEngine[Any]] = {
    "id": sa.Integer(),
    "private": sa.Boolean(),
    "seconds": sa.Float(),
    "asked_at": Instant(),
    "posted_at": Instant(),
    "packaged_on": Instant(),
}
_GOING_ON = sa.text("state IN ('asked', 'doing')")


def upgrade() -> None:
    """Make the new table, carry the packagings over with their numbers, and drop the old one."""
    _make_table()
    _carry_over()
    op.drop_table("packagings")
    op.execute("ALTER TABLE deliveries RENAME COLUMN packaging TO node_change")
    op.execute("UPDATE deliveries SET kind = 'change_ended' WHERE kind = 'packaging'")


def downgrade() -> None:
    """Go back to before: only packagings would be kept."""
    raise NotImplementedError("other changes can't be unmade: restore the backup that was made before the upgrade")


def _make_table() -> None:
    op.create_table(
        "node_changes",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("service", sa.String(620), nullable=False),
        sa.Column("part", sa.String(200), nullable=False),
        sa.Column("lane", sa.String(220), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("by_id", sa.String(32), nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("thread", sa.String(32)),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("posted_at", Instant),
        sa.Column("seconds", sa.Float, nullable=False, server_default="0"),
        sa.Column("look_at", Instant),
        sa.Column("packaged_on", Instant),
        sa.Column("packaged_by", sa.Text),
        sa.Column("message_channel", sa.String(32)),
        sa.Column("message_ts", sa.String(32)),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "one_change_at_a_time",
        "node_changes",
        ["service", "lane"],
        unique=True,
        sqlite_where=_GOING_ON,
        postgresql_where=_GOING_ON,
    )
    op.create_index("node_changes_by_state", "node_changes", ["state", "id"])
    op.create_index("node_changes_by_part", "node_changes", ["service", "part", "id"])


def _carry_over() -> None:
    connection = op.get_bind()
    same = (*_TEXTS, *_TYPES)
    old = _table("packagings", *same, "version", "asked_in", "state", "release_notes")
    new = _table("node_changes", *same, "kind", "part", "lane", "detail", "channel", "state")
    for row in connection.execute(sa.select(old).order_by(old.c.id)).mappings().all():
        carried = {name: row[name] for name in same}
        carried |= {
            "kind": "package",
            "part": row["version"],
            "lane": f"package {row['version']}",
            "detail": json.dumps({"release_notes": row["release_notes"]}),
            "channel": row["asked_in"],
            **_standing(row),
        }
        connection.execute(sa.insert(new).values(carried))
    if connection.dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('node_changes', 'id'), "
            "(SELECT COALESCE(MAX(id), 0) + 1 FROM node_changes), false)"
        )


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, _TYPES.get(column, sa.Text())) for column in columns))


def _standing(row: sa.RowMapping) -> dict[str, str]:
    """Say where one stands: what was being made may have been sent by a run that nobody carries on."""
    if row["state"] != "making":
        return {"state": "done" if row["state"] == "made" else row["state"]}
    return {"state": "unknown" if row["posted_at"] is not None else "asked", "claimed_by": ""}
