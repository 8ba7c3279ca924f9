"""Any JSON and any text: what comes of it is a value or the one refusal that there is for it.

`make fuzz` runs this for long; in the suite it is short.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from opsbot.domain.commands import Defaults
from opsbot.domain.references import ServiceRef
from opsbot.errors import CommandError
from opsbot.grammar import faults, fill, forms, parse
from opsbot.slack.forms.payloads import FormChoice, FormSent, Keystrokes, MessageShortcut, Shortcut
from opsbot.slack.forms.reasons import Submission
from opsbot.slack.listening.payloads import BotMention, Click, DirectMessage, HomeOpened, SlashCommand
from opsbot.slack.transport.words import keepable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.grammar import Typed

texts = st.text(st.characters(), max_size=60) | st.sampled_from(
    ["", "\0", "\ud800", "9" * 5000, "\u202e", "../..", "\r\nX: y"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)

MEMORY = json.dumps({"verb": "publish", "channel": "C1", "service": "design:FRAUD/scoring", "revision": 1})
VIEW = {
    "id": "V1",
    "hash": "1.a",
    "callback_id": "approve_form",
    "private_metadata": MEMORY,
    "state": {"values": {"b": {"field:version": {"value": "v1", "selected_option": {"value": "v1"}}}}},
    "blocks": [{"element": {"action_id": "field:version", "initial_value": "v1"}}],
}
REASON = {**VIEW, "private_metadata": '{"request": 1, "channel": "C1", "thread": "1.0"}'}
WHO = {"id": "U1", "username": "maya", "team_id": "T1"}
ACTION = {"action_id": "approve_request", "value": "1", "action_ts": "1.0", "selected_option": {"value": "x"}}
GOOD: tuple[tuple[type[BaseModel], dict[str, Any]], ...] = (
    (
        SlashCommand,
        {"channel_id": "C1", "user_id": "U1", "text": "help", "response_url": "https://x", "user_name": "m"},
    ),
    (Click, {"user": WHO, "channel": {"id": "C1"}, "container": {"message_ts": "1.0"}, "actions": [ACTION]}),
    (BotMention, {"event_id": "E1", "event": {"user": "U1", "text": "<@U0> help", "channel": "C1", "ts": "1.0"}}),
    (DirectMessage, {"event_id": "E1", "event": {"user": "U1", "text": "help", "channel": "D1", "ts": "1.0"}}),
    (HomeOpened, {"event": {"user": "U1", "tab": "home"}}),
    (FormSent, {"user": WHO, "view": VIEW, "response_urls": [{"response_url": "https://x"}]}),
    (FormChoice, {"user": WHO, "view": VIEW, "actions": [ACTION]}),
    (Keystrokes, {"user": WHO, "view": VIEW, "action_id": "field:version", "value": "v"}),
    (Shortcut, {"user": WHO, "trigger_id": "1.2"}),
    (MessageShortcut, {"user": WHO, "trigger_id": "1.2", "channel": {"id": "C1"}, "message": {"ts": "1.0"}}),
    (Submission, {"user": WHO, "view": REASON}),
)
HERE = Defaults(node="design", project="FRAUD", request=7)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload that something else could stand in."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def put(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(value[path[0]], path[1:], other)
    return copied


def look_at_all(read: BaseModel) -> None:
    """Ask for all that the rest asks a payload for."""
    for name in dir(type(read)):
        if isinstance(getattr(type(read), name), property) and not name.startswith(("model_", "__")):
            getattr(read, name)
    if isinstance(read, DirectMessage):
        read.is_said_to("U0")


def read_or_refuse(kind: type[BaseModel], payload: Any) -> None:
    try:
        look_at_all(kind.model_validate(payload))
    except ValidationError:
        return


@pytest.mark.parametrize(("kind", "good"), GOOD, ids=lambda each: getattr(each, "__name__", ""))
def test_what_the_fuzz_begins_with_is_read(kind: type[BaseModel], good: dict[str, Any]) -> None:
    look_at_all(kind.model_validate(good))


@given(json_values)
def test_any_json_is_a_payload_or_refused(payload: Any) -> None:
    for kind, _ in GOOD:
        read_or_refuse(kind, payload)


@given(st.data())
def test_a_payload_with_anything_in_any_place_is_one_or_refused(data: st.DataObject) -> None:
    for kind, good in GOOD:
        where = data.draw(st.sampled_from(list(places(good))))
        read_or_refuse(kind, put(good, where, data.draw(json_values)))


@given(st.dictionaries(texts, json_values, max_size=3) | json_values)
def test_a_memory_that_somebody_made_up_is_one_or_refused(memory: Any) -> None:
    for kind, good in GOOD:
        if "view" in good:
            made_up = {**good["view"], "private_metadata": json.dumps(memory)}
            read_or_refuse(kind, {**good, "view": made_up})


def read(line: str) -> Typed | str:
    """Give what a line is read as; any error but a CommandError comes out."""
    try:
        return parse(line, HERE)
    except CommandError as error:
        return str(error)


@given(texts)
def test_any_line_is_a_command_or_a_sentence(text: str) -> None:
    for verb in ("", *forms()):
        assert read(f"{verb} {text}")


@given(st.dictionaries(st.sampled_from(["service", "version", "reason", "notes", "channel", "request"]), texts))
def test_any_form_is_a_command_or_has_its_faults_said(values: dict[str, str]) -> None:
    for form in forms().values():
        if not faults(form, values, HERE):
            fill(form, values, HERE)


@given(texts)
def test_a_service_that_is_read_is_safe_in_an_address(text: str) -> None:
    try:
        service = ServiceRef.parse(text, node="design", project="FRAUD")
    except CommandError:
        return
    assert re.fullmatch(r"[\w-]+:\w+/[\w-]+", str(service), re.ASCII)


@given(texts)
def test_what_people_write_can_be_kept(text: str) -> None:
    kept = keepable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert keepable(kept) == kept
