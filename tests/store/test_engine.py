from __future__ import annotations

import re
import traceback
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from opsbot.errors import ConfigError, StoreError
from opsbot.store import Database, migrate
from opsbot.store.engine import CONNECTIONS

if TYPE_CHECKING:
    from pathlib import Path


def test_fifty_transactions_at_once_have_a_connection_each_and_the_next_is_told_in_a_sentence(
    database_url: str,
) -> None:
    database = Database(database_url, patience=0.1)
    with ExitStack() as held:
        for _ in range(CONNECTIONS):
            held.enter_context(database.transaction()).execute(text("SELECT 1"))
        with pytest.raises(StoreError, match="doesn't answer") as caught, database.transaction():
            pass
    assert CONNECTIONS == 50
    assert "changed" not in str(caught.value)
    assert caught.value.__notes__[0].startswith("TimeoutError: QueuePool limit")
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u:hal:@s3cret:x@h/db",
        "postgresql+psycopg://u:p@h:s3cret/db",
        "postgresql+s3cret://u:p@h/db",
        "s3cret://u:p@h/db",
        "sqlite:///s3cret.db?timeout=s3cret",
        "s3cret",
        "",
    ],
)
def test_a_url_that_can_not_be_used_is_refused_without_showing_any_of_it(url: str) -> None:
    with pytest.raises(ConfigError, match="can't be used") as caught:
        Database(url)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(ConfigError, match=r"pg8000 isn't installed. For PostgreSQL write postgresql\+psycopg://"):
        Database("postgresql+pg8000://u:p@h/db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_forgets_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="name a file"):
        Database(url)


def test_a_file_that_is_no_database_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "opsbot.db").write_text("nothing of the kind" * 100)
    database = Database(f"sqlite:///{tmp_path / 'opsbot.db'}")
    with pytest.raises(StoreError) as caught:
        migrate(database)
    assert caught.value.__notes__ == ["DatabaseError: file is not a database"]


def test_the_reason_shows_nothing_that_the_database_was_called_with(postgres_url: str) -> None:
    url = re.sub(r"://[^@]*@", "://nobody-there:s3cret@", postgres_url).replace("/postgres?", "/not-there?")
    database = Database(url)
    with pytest.raises(StoreError) as caught, database.transaction():
        pass
    reason = caught.value.__notes__[0]
    assert reason.startswith("OperationalError: ")
    assert "does not exist" in reason or "failed" in reason
    assert "s3cret" not in reason
    assert "nobody-there" not in reason
    database.close()


def test_a_server_that_is_gone_is_noticed_soon_unless_the_url_says_how_soon(postgres_url: str) -> None:
    for more, seconds in (("", "10"), ("&tcp_user_timeout=3000", "3")):
        database = Database(f"{postgres_url}{more}")
        with closing(Database(database.url)) as same, same.connection() as connection:
            driver: Any = connection.connection.dbapi_connection
            said = driver.info.get_parameters()
        assert said["tcp_user_timeout"] == f"{seconds}000"
        assert int(said["keepalives_idle"]) + int(said["keepalives_interval"]) < 10
        database.close()
