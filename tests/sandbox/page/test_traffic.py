from __future__ import annotations

import json
from typing import Any

import pytest

from opsbot.sandbox.page.traffic import passage, redacted, written

JSON = dict[str, Any]
COMMAND = {
    "command": "/apid",
    "text": "packages X/y",
    "user_name": "maya",
    "trigger_id": "12.34.abc",
    "token": "legacy",
}


def entry(kind: str, name: str, request: JSON, response: Any, **rest: Any) -> JSON:
    return {"at": 100.0, "kind": kind, "name": name, "request": request, "response": response, **rest}


def test_a_payload_is_named_as_people_typed_or_clicked_it() -> None:
    typed = passage(1, entry("socket", "slash_commands", COMMAND, {}, seconds=0.25, retry=0))
    assert (typed.group, typed.name, typed.about, typed.trouble) == ("payload", "/apid packages X/y", "@maya", "")
    assert (typed.began, typed.seconds) == (99.75, 0.25)
    clicked = {"type": "block_actions", "user": {"username": "omar"}, "actions": [{"action_id": "approve"}]}
    read = passage(2, entry("http", "interactive", clicked, {}))
    assert (read.name, read.about) == ("block_actions approve", "@omar")
    event = {"event": {"type": "app_mention", "text": "hello"}}
    read = passage(3, entry("socket", "events_api", event, {}, retry=2))
    assert (read.name, read.about) == ("app_mention", "hello · retry 2")


@pytest.mark.parametrize(
    ("made", "trouble"),
    [
        (entry("socket", "slash_commands", COMMAND, {"error": "operation_timeout"}), "operation_timeout"),
        (entry("socket", "slash_commands", COMMAND, {"error": "mine", "text": "t"}), ""),
        (entry("api", "chat.postMessage", {}, {"ok": False, "error": "not_in_channel"}, status=200), "not_in_channel"),
        (entry("api", "chat.postMessage", {}, {"ok": True}, status=200), ""),
        (entry("response_url", "response", {"text": "t"}, "expired_url", status=404), "404"),
        (entry("response_url", "response", {"text": "t"}, "ok", status=200), ""),
    ],
)
def test_what_went_wrong_is_told(made: JSON, trouble: str) -> None:
    assert passage(1, made).trouble == trouble


def test_nothing_that_lets_one_act_is_shown() -> None:
    secrets = {
        "token": "legacy",
        "trigger_id": "12.34.abc",
        "text": "use xoxb-1-abc-DEF or xapp-1-A-2",
        "response_url": "http://127.0.0.1:1/response/T1/s3cret-Part",
        "url": "ws://127.0.0.1:1/link/?ticket=0a1b2c",
        "upload_url": "http://127.0.0.1:1/upload/v1/Zx9_y",
        "view": json.dumps({"trigger_id": "99.88.def", "blocks": [{"text": "xoxp-9"}]}),
        "items": [{"token": "deep"}],
    }
    shown = written(redacted(secrets))
    for secret in ("legacy", "12.34", "1-abc", "1-A-2", "s3cret", "0a1b2c", "Zx9_y", "99.88", "xoxp-9", "deep"):
        assert secret not in shown
    assert "xoxb-…" in shown
    assert "/response/T1/…" in shown


def test_json_in_a_form_is_opened_and_other_text_is_left() -> None:
    assert redacted({"blocks": '[{"type": "divider"}]', "text": "[not json"}) == {
        "blocks": [{"type": "divider"}],
        "text": "[not json",
    }


def test_what_is_very_long_is_cut() -> None:
    assert len(written("x" * 1_000_000)) < 30_000


def test_words_are_found_anywhere_in_whatever_case() -> None:
    read = passage(1, entry("api", "chat.postMessage", {"channel": "C1", "text": "Hello"}, {"ok": True}))
    assert read.holds("")
    assert read.holds("POSTmessage")
    assert read.holds("hello")
    assert not read.holds("views.open")
