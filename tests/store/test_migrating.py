from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from opsbot.errors import ConfigError, StoreError
from opsbot.store import Database, PolicyStore, is_current, migrate
from opsbot.store.schema import metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_migrating_makes_what_this_version_needs_and_twice_is_the_same_as_once(database_url: str) -> None:
    database = Database(database_url)
    assert not is_current(database)
    migrate(database)
    migrate(database)
    assert is_current(database)
    database.close()


def test_the_migrations_lead_to_the_schema_in_the_code(database: Database) -> None:
    with database.transaction() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


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
