from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import column, insert, select, table, text, update
from sqlalchemy.exc import OperationalError

from opsbot.actions.recording import DONE, of_change
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.models import Package, Place
from opsbot.errors import ConfigError, StoreError
from opsbot.store import (
    AuditStore,
    Database,
    DeliveryStore,
    Keeper,
    NodeChangeStore,
    PolicyStore,
    ReplicaStore,
    is_current,
    migrate,
)
from opsbot.store import migrating as migrating_module
from opsbot.store.migrating import _config, revision_of, revisions
from opsbot.store.migrations.floor import keep_floor
from opsbot.store.schema import Instant, metadata, schema_floor, stories
from tests.builders import CHANNEL, MAYA, NOON, SCORING
from tests.conftest import fresh_postgres
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, TableClause


def test_migrating_makes_what_this_version_needs_and_twice_is_the_same_as_once(database_url: str) -> None:
    database = Database(database_url)
    assert not is_current(database)
    migrate(database)
    migrate(database)
    assert is_current(database)
    database.close()


def test_the_names_of_the_files_tell_the_order_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    assert revisions() == [script.revision for script in scripts][::-1]


def test_a_start_without_a_migration_loads_nothing_that_migrates(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'opsbot.db'}"
    start = (
        "import sys; import opsbot.assembly.bot; from opsbot.store import Database, migrate;"
        f" migrate(Database({url!r})); sys.exit('alembic' in sys.modules)"
    )
    assert [subprocess.run([sys.executable, "-c", start], check=False).returncode for _ in range(2)] == [1, 0]


def test_several_processes_may_migrate_at_once(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text("")
    command = [sys.executable, "-m", "opsbot", "migrate", "--config", str(path)]
    env = {**os.environ, "OPSBOT_DATABASE__URL": database_url}
    together = [subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(each.communicate(timeout=60)[1], each.returncode) for each in together] == [("", 0)] * 3
    database = Database(database_url)
    assert is_current(database)
    database.close()


def make_newer(database: Database, floor: str) -> None:
    """Make the database one of a version to come, on which versions can work that know this revision."""
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(update(schema_floor).values(revision=floor))


@pytest.mark.parametrize("ask", [is_current, migrate])
def test_a_database_that_only_a_newer_version_can_work_on_is_left_as_it_is(
    database: Database, ask: Callable[[Database], object]
) -> None:
    make_newer(database, "9998")
    with pytest.raises(StoreError, match="is 9999, which only a newer opsbot knows"):
        ask(database)


def test_a_database_that_another_program_migrates_is_left_as_it_is(database: Database) -> None:
    make_newer(database, revisions()[-1])
    with database.transaction() as connection:
        schema_floor.drop(connection)
    with pytest.raises(StoreError, match="is 9999, which only a newer opsbot knows"):
        migrate(database)


def test_this_version_works_on_a_newer_schema_that_says_it_can_and_leaves_it_as_it_is(database: Database) -> None:
    make_newer(database, revisions()[-1])
    assert is_current(database)
    migrate(database)
    with database.transaction() as connection:
        assert revision_of(connection) == "9999"


@pytest.mark.parametrize(("older_versions_go_on", "floor"), [(True, "0012"), (False, "9999")])
def test_a_migration_says_whether_older_versions_go_on(
    database: Database, floor: str, *, older_versions_go_on: bool
) -> None:
    migration = SimpleNamespace(older_versions_go_on=older_versions_go_on)
    script: Any = SimpleNamespace(revision="9999", module=migration)
    step: Any = SimpleNamespace(is_upgrade=True, up_revision=script)
    with database.transaction() as connection:
        keep_floor(MigrationContext.configure(connection), step)
        assert connection.execute(select(schema_floor.c.revision)).scalars().all() == [floor]


def test_the_migrations_lead_to_the_schema_in_the_code(database: Database) -> None:
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.fixture
def before_indexes(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A server's database as it was before there were so many indexes, with a request in it."""
    database = Database(fresh_postgres(request))
    with database.transaction() as connection:
        command.upgrade(_config(connection), "0008")
    yield database
    database.close()


def put_request(connection: Connection, number: int) -> None:
    row: dict[str, object] = {
        "service": str(SCORING),
        "version": f"v{number}",
        "published_service": "scoring",
        "release_notes": "",
        "requester_id": MAYA.id,
        "requester_name": "maya",
        "reason": "",
        "asked_in": CHANNEL,
        "asked_at": NOON,
        "state": "published",
    }
    connection.execute(insert(_table("publish_requests", row)).values(row))


def until_somebody_waits(database: Database) -> None:
    """Wait until a session waits for a lock of another, be it for a table or for a transaction."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def is_one_waiting() -> bool:
        with database.transaction() as connection:
            return bool(connection.execute(waiting).scalar_one())

    wait_until(is_one_waiting)


def test_indexes_are_made_while_others_write(before_indexes: Database) -> None:
    looking_after_others = ReplicaStore(before_indexes).watching_alone(20.0)
    with ThreadPoolExecutor(1) as beside, looking_after_others:
        with before_indexes.transaction() as first:
            put_request(first, 1)
            migrating = beside.submit(migrate, before_indexes)
            until_somebody_waits(before_indexes)
            with before_indexes.transaction() as second:
                second.execute(text("SET LOCAL lock_timeout = '5s'"))
                put_request(second, 2)
        migrating.result()
    assert is_current(before_indexes)


def test_an_index_that_a_failure_left_half_made_is_made_anew(before_indexes: Database) -> None:
    name = "requests_by_requester"
    with before_indexes.transaction() as writing, before_indexes.connection() as making:
        put_request(writing, 1)
        making.execution_options(isolation_level="AUTOCOMMIT").execute(text("SET statement_timeout = '300ms'"))
        with pytest.raises(OperationalError, match="statement timeout"):
            making.execute(text(f"CREATE INDEX CONCURRENTLY {name} ON publish_requests (requester_id)"))
        making.invalidate()
    half_made = text("SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid")
    with before_indexes.transaction() as connection:
        assert list(connection.execute(half_made).scalars()) == [name]
    migrate(before_indexes)
    with before_indexes.transaction() as connection:
        assert list(connection.execute(half_made).scalars()) == []
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_limit_on_statements_ends_no_migration(before_indexes: Database) -> None:
    with before_indexes.transaction() as writing:
        name = writing.execute(text("SELECT current_database()")).scalar_one()
        writing.execute(text(f"ALTER DATABASE \"{name}\" SET statement_timeout = '500ms'"))
    before_indexes.close()
    with ThreadPoolExecutor(1) as beside, before_indexes.transaction() as writing:
        writing.execute(text("SET LOCAL statement_timeout = 0"))
        put_request(writing, 1)
        migrating = beside.submit(migrate, before_indexes)
        until_somebody_waits(before_indexes)
        writing.execute(text("SELECT pg_sleep(0.6)"))
    migrating.result()
    assert is_current(before_indexes)
    with before_indexes.transaction() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "500ms"


def test_who_waits_for_another_to_migrate_says_so_once(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("_SILENT", "_AGAIN"):
        monkeypatch.setattr(migrating_module, name, 0.0)  # its limits, so that nobody waits for them
    with closing(Database(fresh_postgres(request))) as database, ThreadPoolExecutor(1) as beside:
        with migrating_module._alone(database):
            waiting = beside.submit(migrate, database)
            wait_until(lambda: caplog.messages)
        waiting.result()
    assert caplog.messages == ["another process migrates the database already; I wait until it is done"]


OLD: tuple[dict[str, object], ...] = (
    {"version": "v1", "state": "made", "posted_at": NOON, "packaged_on": NOON, "packaged_by": "maya", "seconds": 1.5},
    {"version": "v2", "state": "failed", "posted_at": NOON},
    {"version": "v3", "state": "unknown", "posted_at": NOON, "private": True},
    {"version": "v4", "state": "making", "posted_at": NOON, "claimed_by": "package-4"},
    {"version": "v5", "state": "making", "claimed_by": "package-5"},
    {"version": "v6", "state": "asked"},
)


def test_packagings_are_carried_over_as_one_kind_of_change(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        command.upgrade(_config(connection), "0002")
        for number, old in enumerate(OLD, 1):
            row: dict[str, object] = {
                "id": number,
                "service": str(SCORING),
                "release_notes": "“new”",
                "by_id": MAYA.id,
                "by_name": "maya",
                "asked_in": CHANNEL,
                "private": False,
                "asked_at": NOON,
                "outcome": f"said {number}",
                **old,
            }
            connection.execute(insert(_table("packagings", row)).values(row))
        said = {
            "channel": CHANNEL,
            "kind": "packaging",
            "packaging": 3,
            "text": "",
            "created_at": NOON,
            "state": "waiting",
        }
        connection.execute(insert(_table("deliveries", said)).values(said))
    migrate(database)
    store = NodeChangeStore(database, Keeper(database, AuditStore(database), lambda _: None))
    found = {change.id: change for change in store.in_states(frozenset(ChangeState))}
    wanted = [CreatePackage(SCORING, f"v{number}", "“new”", private=number == 3) for number in range(1, 7)]
    assert [found[number].wanted for number in range(1, 7)] == wanted
    stand = [(each.state.value, each.claimed_by, each.outcome) for each in found.values()]
    states = ["done", "failed", "unknown", "unknown", "asked", "asked"]
    assert stand == [(state, "", f"said {number}") for number, state in enumerate(states, 1)]
    assert {(each.by, each.asked_in, each.asked_at) for each in found.values()} == {(MAYA, Place(CHANNEL), NOON)}
    assert found[1].package == Package("v1", NOON, "maya", "“new”")
    assert (found[1].posted_at, found[1].seconds) == (NOON, 1.5)
    assert store.makers(SCORING, [Package("v1", NOON)]) == {"v1": found[1]}
    delivery = DeliveryStore(database).next(CHANNEL)
    assert delivery is not None
    assert delivery.message == Message(Kind.CHANGE_ENDED, CHANNEL, change=3)
    fresh = NodeChange(0, CreatePackage(SCORING, "v7"), MAYA, Place(CHANNEL), NOON, ChangeState.ASKED)
    opened, _ = store.open(fresh, lambda each: Effects(of_change(each, None, "package", DONE, NOON)))
    assert opened.id == 7
    database.close()


def test_stories_that_are_there_are_kept_as_if_they_had_gone_on_today(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        command.upgrade(_config(connection), "0005")
        old = {
            "target": "C1",
            "service": str(SCORING),
            "version": "v1",
            "packaged_on": "",
            "channel": "C1",
            "ts": "1.0",
        }
        connection.execute(insert(table("stories", *map(column, old))).values(old))
    migrate(database)
    with database.transaction() as connection:
        told_at = connection.execute(select(stories.c.told_at)).scalar_one()
    assert datetime.now(UTC) - told_at < timedelta(minutes=5)
    with database.transaction() as connection:
        command.downgrade(_config(connection), "0005")
    migrate(database)
    database.close()


def _table(name: str, row: dict[str, object]) -> TableClause:
    times = {"posted_at", "packaged_on", "asked_at", "created_at"}
    return table(name, *(column(each, Instant() if each in times else None) for each in row))


def test_a_database_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder' / 'opsbot.db'}")
    with pytest.raises(StoreError, match="doesn't answer"):
        PolicyStore(database).in_force()
    assert not database.ping()


def test_a_url_that_is_none_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match="can't be used"):
        Database("not a url")


def test_a_database_that_answers_is_pinged(database: Database) -> None:
    assert database.ping()
