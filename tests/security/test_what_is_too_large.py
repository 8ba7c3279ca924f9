"""What is too large, too deep or no payload at all: refused early, and the bot goes on."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.dataiku import content
from opsbot.dataiku.content import content_digest
from opsbot.errors import DSSUnreadableError
from opsbot.sandbox import demo
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("large"), mode="http") as made:
        yield made


def is_well(stage: Stage) -> bool:
    return httpx.get(f"http://127.0.0.1:{stage.bot.http.port}/healthz").status_code == 200


def test_a_body_of_more_than_a_mebibyte_is_refused_unread(stage: Stage) -> None:
    url = f"http://127.0.0.1:{stage.bot.http.port}/slack/events"
    assert httpx.post(url, content=b"x" * ((1 << 20) + 1)).status_code == 413
    chunks = (b"x" * 65536 for _ in range(17))  # its length isn't announced
    assert httpx.post(url, content=chunks).status_code == 413
    assert is_well(stage)


UNREADABLE = (
    ("[" * 100_000, "application/json"),
    ('{"a":' * 100_000, "application/json"),
    ("nope", "application/json"),
    ("[1]", "application/json"),
    ("7", "application/json"),
    ("payload=[1]", "application/x-www-form-urlencoded"),
    ("payload=nope", "application/x-www-form-urlencoded"),
    (b"\xff\xfe", "application/json"),
)


@pytest.mark.parametrize(("body", "kind"), UNREADABLE)
def test_what_is_no_payload_is_refused_and_unread_where_slack_did_not_sign_it(
    stage: Stage, body: str | bytes, kind: str
) -> None:
    url = f"http://127.0.0.1:{stage.bot.http.port}/slack/events"
    assert httpx.post(url, content=body, headers={"Content-Type": kind}).status_code == 401
    if isinstance(body, str):
        assert stage._sent(body, kind, None, None).status_code == 400
    assert is_well(stage)


def test_a_text_of_forty_thousand_letters_is_answered_in_a_sentence(stage: Stage) -> None:
    fields = stage.command("whoami", user="vic")["payload"]
    assert stage.deliver_command({**fields, "text": "&<*\u202e" * 10_000}) == 200
    told = stage.wait_for("I don't know", user="vic")
    assert len(json.dumps(told)) < 20_000
    mention = {"type": "app_mention", "user": demo.VIC.id, "text": f"<@{demo.BOT}> {'x' * 40_000}", "ts": "1.0"}
    event = {"type": "event_callback", "event_id": "EvLong", "team_id": "T0SANDBOX", "api_app_id": "A0APP"}
    assert stage.deliver_event({**event, "event": {**mention, "channel": "C01MLOPS"}}) == 200
    stage.wait_for("I don't know", user="vic", times=2)


def zipped(path: Path, entries: int, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(entries):
            archive.writestr(f"entry-{number}", b"\0" * size)
    return path


def test_an_archive_that_would_unpack_to_far_more_than_it_should_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "_ALWAYS_ALLOWED", 1 << 20)  # its limit, so that the bomb may be a small one
    assert content_digest(zipped(tmp_path / "fine.zip", 3, 1000))
    with pytest.raises(DSSUnreadableError, match="isn't unpacked"):
        content_digest(zipped(tmp_path / "bomb.zip", 1, 4 << 20))


def test_so_is_one_of_more_entries_than_any_package_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_MOST_ENTRIES", 10)
    with pytest.raises(DSSUnreadableError, match="11 entries"):
        content_digest(zipped(tmp_path / "many.zip", 11, 1))


def test_an_archive_that_lies_about_its_sizes_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    path = zipped(tmp_path / "liar.zip", 1, 1 << 20)
    raw: Any = bytearray(path.read_bytes())
    for at in (raw.find(b"PK\x03\x04") + 22, raw.find(b"PK\x01\x02") + 24):
        raw[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(DSSUnreadableError, match="isn't a whole zip archive"):
        content_digest(path)
