"""What the configuration let through and a client still refuses."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.assembly.apart import migrating_apart
from opsbot.assembly.opening import open_nodes, secrets_of
from opsbot.config import Config
from opsbot.domain.redaction import redacting
from opsbot.errors import ConfigError, StoreError
from opsbot.store import Database, is_current, migrate, secrets_in

if TYPE_CHECKING:
    from pathlib import Path


def test_a_node_that_its_client_refuses_is_named() -> None:
    keyless = Config.model_validate({"nodes": {"eu": {"url": "https://eu.example.com"}}})
    with pytest.raises(ConfigError, match=r"node “eu” can't be called as nodes\.eu says: The API key is empty"):
        open_nodes(keyless)


@pytest.mark.parametrize(
    ("url", "spellings"),
    [
        ("postgresql+psycopg://bot:hunter2@db/opsbot", ["hunter2"]),
        (
            "postgresql+psycopg://bot:p%40ss%2fw+rd%21@db/opsbot",
            ["p@ss/w+rd!", "p%40ss%2fw+rd%21", "p%40ss%2Fw+rd%21", "p%40ss%2Fw%2Brd%21"],
        ),
        ("postgresql+psycopg://bot:a:b%2Fc@db/opsbot", ["a:b/c", "a:b%2Fc"]),
        ("postgresql+psycopg://db/opsbot?user=bot&password=s%26cret+1&sslmode=require", ["s&cret 1", "s%26cret+1"]),
        ("postgresql+psycopg://db/opsbot?user=bot&password=s%26cret%201", ["s%26cret%201", "s%26cret+1"]),
        ("postgresql+psycopg://bot@db/opsbot?sslpassword=hunter3", ["hunter3"]),
    ],
)
def test_the_database_password_is_taken_out_in_each_of_its_spellings(url: str, spellings: list[str]) -> None:
    config = Config.model_validate(
        {"nodes": {"eu": {"url": "https://eu.example.com", "api_key": "k3y"}}, "database": {"url": url}}
    )
    redact = redacting(secrets_of(config))
    for spelling in spellings:
        assert redact(f"can't log in as bot with {spelling}, says db") == "can't log in as bot with [secret], says db"


@pytest.mark.parametrize(
    "url",
    ["sqlite:///opsbot.db", "postgresql+psycopg://bot@db/opsbot", "no url", "postgresql+psycopg://bot@db:port/opsbot"],
)
def test_a_url_without_a_password_takes_nothing_out(url: str) -> None:
    assert secrets_in(url) == ()


def test_a_database_is_migrated_by_a_process_of_its_own_while_something_else_is_done(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'opsbot.db'}"
    with migrating_apart(url):
        pass
    with closing(Database(url)) as database:
        assert is_current(database)
        with database.transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            connection.execute(text("UPDATE schema_floor SET revision = '9999'"))
        with migrating_apart(url):  # it fails there, and whoever opens it hears why
            pass
        with pytest.raises(StoreError, match="only a newer opsbot knows"):
            migrate(database)


def test_nothing_is_loaded_from_the_folder_in_which_the_bot_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "alembic.py").write_text("open('loaded', 'w').close()")
    monkeypatch.chdir(tmp_path)
    with migrating_apart("sqlite:///opsbot.db"):
        pass
    assert not (tmp_path / "loaded").exists()
    with closing(Database("sqlite:///opsbot.db")) as database:
        assert is_current(database)
