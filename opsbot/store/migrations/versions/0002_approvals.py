"""What approvals, the audit, and whatever must survive a crash are kept in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from opsbot.store.schema import Instant

revision = "0002"
down_revision = "0001"

_AT_IT = sa.text("state IN ('asked', 'making')")
_HOLDING = sa.text("state IN ('publishing', 'unknown')")
_IN_DEBT = sa.text("review_due IS NOT NULL AND reviewed_at IS NULL")


def upgrade() -> None:
    """Add to the requests, make the new tables, and let nobody change the audit."""
    _widen_requests()
    _make_tables()
    op.execute(
        sa.text(
            "INSERT INTO audit_head (id, seq, link) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000')"
        )
    )
    _forbid_changes()


def downgrade() -> None:
    """Go back to before; the audit is lost."""
    raise NotImplementedError("the audit can't be unmade: restore the backup that was made before the upgrade")


def _widen_requests() -> None:
    op.add_column("publish_requests", sa.Column("node", sa.String(200), nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("publish_requests", sa.Column("summary_digest", sa.String(64), nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("archive_digest", sa.String(64), nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("packager_id", sa.String(32)))
    op.add_column("publish_requests", sa.Column("packager_name", sa.Text))
    op.add_column("publish_requests", sa.Column("policy", sa.String(64), nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("policy_name", sa.Text, nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("difference", sa.Text))
    op.add_column("publish_requests", sa.Column("expires_at", Instant))
    op.add_column("publish_requests", sa.Column("remind_at", Instant))
    op.add_column("publish_requests", sa.Column("held", sa.Text, nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("try_at", Instant))
    op.add_column("publish_requests", sa.Column("attempt", sa.Integer, nullable=False, server_default="0"))
    op.add_column("publish_requests", sa.Column("claimed_by", sa.String(64), nullable=False, server_default=""))
    op.add_column("publish_requests", sa.Column("posted_at", Instant))
    op.add_column("publish_requests", sa.Column("ended_at", Instant))
    op.add_column(
        "publish_requests", sa.Column("break_glass", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.add_column("publish_requests", sa.Column("review_due", Instant))
    op.add_column("publish_requests", sa.Column("reviewed_by_id", sa.String(32)))
    op.add_column("publish_requests", sa.Column("reviewed_by_name", sa.Text))
    op.add_column("publish_requests", sa.Column("reviewed_at", Instant))
    op.add_column("publish_requests", sa.Column("review_comment", sa.Text))
    op.add_column("publish_requests", sa.Column("head_seq", sa.Integer))
    op.add_column("publish_requests", sa.Column("head_link", sa.String(64)))
    requests = sa.table("publish_requests", sa.column("id"), sa.column("service"), sa.column("node"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(requests.c.id, requests.c.service)).all():
        node = row.service.partition(":")[0]
        connection.execute(sa.update(requests).where(requests.c.id == row.id).values(node=node))
    op.create_index(
        "one_publish_at_a_time",
        "publish_requests",
        ["node", "published_service"],
        unique=True,
        sqlite_where=_HOLDING,
        postgresql_where=_HOLDING,
    )
    op.create_index(
        "one_unreviewed_break_glass",
        "publish_requests",
        ["policy_name"],
        unique=True,
        sqlite_where=_IN_DEBT,
        postgresql_where=_IN_DEBT,
    )


def _make_tables() -> None:
    op.create_table(
        "votes",
        sa.Column("request", sa.Integer, sa.ForeignKey("publish_requests.id"), primary_key=True),
        sa.Column("person_id", sa.String(32), primary_key=True),
        sa.Column("person_name", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
    )
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("services", sa.String(620), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by_id", sa.String(32), nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("lifted_by_id", sa.String(32)),
        sa.Column("lifted_by_name", sa.Text),
        sa.Column("lifted_at", Instant),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "policies_in_force",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", Instant, nullable=False),
    )
    op.create_table(
        "packagings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("service", sa.String(620), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("release_notes", sa.Text, nullable=False),
        sa.Column("by_id", sa.String(32), nullable=False),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("asked_in", sa.String(32), nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("claimed_by", sa.String(64), nullable=False, server_default=""),
        sa.Column("posted_at", Instant),
        sa.Column("seconds", sa.Float, nullable=False, server_default="0"),
        sa.Column("packaged_on", Instant),
        sa.Column("packaged_by", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "one_packaging_per_version",
        "packagings",
        ["service", "version"],
        unique=True,
        sqlite_where=_AT_IT,
        postgresql_where=_AT_IT,
    )
    op.create_index("packagings_by_state", "packagings", ["state", "id"])
    op.create_table(
        "snapshots",
        sa.Column("service", sa.String(620), primary_key=True),
        sa.Column("version", sa.String(200), primary_key=True),
        sa.Column("packaged_on", sa.String(40), primary_key=True),
        sa.Column("taken_at", Instant, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("request", sa.Integer),
        sa.Column("packaging", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("ts", sa.String(32)),
        sa.Column("sent_at", Instant),
        sqlite_autoincrement=True,
    )
    op.create_index("deliveries_in_line", "deliveries", ["state", "channel", "id"])
    op.create_table(
        "audit_records",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("request", sa.Integer),
        sa.Column("service", sa.String(620)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_request", "audit_records", ["request", "seq"])
    op.create_index("audit_by_service", "audit_records", ["service", "seq"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.create_table(
        "replicas",
        sa.Column("executor", sa.String(64), primary_key=True),
        sa.Column("beat_at", Instant, nullable=False),
    )


def _forbid_changes() -> None:
    """Have the database itself refuse to change or delete what the audit holds."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit_records "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
