"""What is done once before a bot is served: Slack is told of the app, and the database is made ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from opsbot.slack import manifest
from tests.cli.running import written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.running import Run


def test_a_manifest_is_printed_before_any_token_exists(tmp_path: Path, opsbot: Run) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slack]\ncommand = "/ml"\nbot_token_file = "/nowhere"\n[nodes.design]\napi_key_file = "/nowhere"')
    code, printed, said = opsbot("manifest", "--config", str(path))
    assert (code, said) == (0, "")
    assert yaml.safe_load(printed) == manifest("/ml")


def test_a_manifest_for_http_wants_to_know_where(tmp_path: Path, opsbot: Run) -> None:
    path = tmp_path / "opsbot.toml"
    path.write_text('[slack]\nmode = "http"')
    code, printed, said = opsbot("manifest", "--config", str(path))
    assert (code, printed) == (1, "")
    assert "add --request-url https://HOST/slack/events" in said
    url = "https://bot.example.com/slack/events"
    code, printed, _ = opsbot("manifest", "--config", str(path), "--request-url", url)
    assert code == 0
    assert yaml.safe_load(printed) == manifest("/apid", url)


def test_a_manifest_of_a_file_that_is_not_there_is_refused(tmp_path: Path, opsbot: Run) -> None:
    code, printed, said = opsbot("manifest", "--config", str(tmp_path / "none.toml"))
    assert (code, printed) == (1, "")
    assert "There is no" in said


def test_migrating_needs_no_secret_but_the_databases(tmp_path: Path, opsbot: Run) -> None:
    assert opsbot("migrate", "--config", written(tmp_path)) == (0, "The database is ready.\n", "")
    assert (tmp_path / "opsbot.db").exists()


def test_why_a_database_can_not_be_migrated_is_told(tmp_path: Path, opsbot: Run) -> None:
    nowhere = {"OPSBOT_DATABASE__URL": f"sqlite:///{tmp_path / 'no' / 'opsbot.db'}"}
    code, _, said = opsbot("migrate", "--config", written(tmp_path), env=nowhere)
    assert code == 1
    assert said.splitlines() == [
        "My database doesn't answer as it should. Try again soon.",
        "  OperationalError: unable to open database file",
    ]


def test_no_part_of_a_broken_url_is_shown(tmp_path: Path, opsbot: Run) -> None:
    broken = {"OPSBOT_DATABASE__URL": "postgresql+psycopg://u:hal:@s3cret:x@h/db"}
    code, _, said = opsbot("migrate", "--config", written(tmp_path), env=broken)
    assert code == 1
    assert "s3cret" not in said
