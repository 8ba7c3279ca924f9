"""Modals and Homes: who may open them, for how long, how many, and what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.workspace.conformance.installed import JSON, MAYA, every_scope, refusal, refused, unretrying
from tests.sandbox.workspace.conformance.raw_app import RawApp
from tests.sandbox.workspace.support import Control, actions, button, demo_workspace, section

if TYPE_CHECKING:
    from slack_sdk import WebClient


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def modal(*blocks: JSON, **rest: Any) -> JSON:
    return {"type": "modal", "title": plain("Publish"), "blocks": list(blocks or (section(),)), **rest}


def home(*blocks: JSON, **rest: Any) -> JSON:
    return {"type": "home", "blocks": list(blocks), **rest}


def trigger(control: Control) -> str:
    """The trigger of a command; nobody acknowledges it, and it is good all the same."""
    return str(control.command("publish")["payload"]["trigger_id"])


def trigger_within(control: Control, view: JSON) -> str:
    """The trigger of a click in a modal."""
    return str(control.post("/interact", user="maya", view=view["id"], action="go")["payload"]["trigger_id"])


def test_a_trigger_opens_one_modal(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/reference/methods/views.open: exchanged_trigger_id, invalid_trigger_id."""
    given = trigger(control)
    assert client.views_open(trigger_id=given, view=modal())["ok"]
    assert refused(client.views_open, trigger_id=given, view=modal()) == "exchanged_trigger_id"
    assert refused(client.views_open, trigger_id="1.2.3", view=modal()) == "invalid_trigger_id"


def test_a_trigger_is_good_for_three_seconds(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/interactivity/handling-user-interaction: trigger_id expires in 3 seconds."""
    late, in_time = trigger(control), trigger(control)
    control.post("/clock", advance=2.5)
    assert client.views_open(trigger_id=in_time, view=modal())["ok"]
    control.post("/clock", advance=0.6)
    assert refused(client.views_open, trigger_id=late, view=modal()) == "expired_trigger_id"


def test_three_modals_stand_on_one_another_and_no_more(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/surfaces/modals: a stack of three views; views.push: push_limit_reached."""
    pushing = modal(actions(button()))
    view = client.views_open(trigger_id=trigger(control), view=pushing)["view"]
    root = view["id"]
    for _ in range(2):
        below = view["id"]
        view = client.views_push(trigger_id=trigger_within(control, view), view=pushing)["view"]
        assert (view["root_view_id"], view["previous_view_id"]) == (root, below)
    given = trigger_within(control, view)
    assert refused(client.views_push, trigger_id=given, view=pushing) == "push_limit_reached"


def test_an_update_of_what_changed_meanwhile_is_refused(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/reference/methods/views.update: hash_conflict; views.publish has it, too."""
    opened = client.views_open(trigger_id=trigger(control), view=modal())["view"]
    client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal(section("new")))
    old = {"view_id": opened["id"], "hash": opened["hash"]}
    assert refused(client.views_update, **old, view=modal(section("old"))) == "hash_conflict"
    shown = client.views_publish(user_id=MAYA, view=home())["view"]
    client.views_publish(user_id=MAYA, view=home(section()), hash=shown["hash"])
    assert refused(client.views_publish, user_id=MAYA, view=home(), hash=shown["hash"]) == "hash_conflict"
    assert refused(client.views_update, view_id="V0NONE", view=modal()) == "not_found"


def test_an_external_id_stands_for_one_view(client: WebClient, control: Control) -> None:
    """https://docs.slack.dev/reference/methods/views.push: duplicate_external_id; views.update takes external_id."""
    view = client.views_open(trigger_id=trigger(control), view=modal(actions(button()), external_id="mine"))["view"]
    client.views_update(external_id="mine", view=modal(actions(button()), external_id="mine"))
    given = trigger_within(control, view)
    assert refused(client.views_push, trigger_id=given, view=modal(external_id="mine")) == "duplicate_external_id"


ASKING = {"type": "input", "label": plain("Why"), "element": {"type": "plain_text_input", "action_id": "a"}}
FOCUSED = {**ASKING, "element": {**ASKING["element"], "focus_on_load": True}}  # type: ignore[dict-item]

# What the limit is, what keeps it, what goes one beyond, and where the fault is said to be.
LIMITS: list[tuple[str, JSON, JSON, str]] = [
    ("title 24", {"title": plain("x" * 24)}, {"title": plain("x" * 25)}, "/view/title/text"),
    ("submit 24", {"submit": plain("x" * 24)}, {"submit": plain("x" * 25)}, "/view/submit/text"),
    ("close 24", {"close": plain("x" * 24)}, {"close": plain("x" * 25)}, "/view/close/text"),
    (
        "private_metadata 3000",
        {"private_metadata": "x" * 3000},
        {"private_metadata": "x" * 3001},
        "/view/private_metadata",
    ),
    ("callback_id 255", {"callback_id": "x" * 255}, {"callback_id": "x" * 256}, "/view/callback_id"),
    ("external_id 255", {"external_id": "x" * 255}, {"external_id": "x" * 256}, "/view/external_id"),
    ("100 blocks", {"blocks": [{"type": "divider"}] * 100}, {"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
    ("inputs need submit", {"blocks": [ASKING], "submit": plain("Go")}, {"blocks": [ASKING]}, "/view/submit"),
    ("no other keys", {"notify_on_close": True}, {"colour": "red"}, "/view"),
    ("a title", {}, {"title": None}, "/view/title"),
    (
        "one focus",
        {"blocks": [ASKING, FOCUSED], "submit": plain("Go")},
        {"blocks": [FOCUSED, FOCUSED], "submit": plain("Go")},
        "/view/blocks/1/element/focus_on_load",
    ),
    (
        "no markdown blocks",
        {"blocks": [section()]},
        {"blocks": [{"type": "markdown", "text": "x"}]},
        "/view/blocks/0",
    ),
]


@pytest.mark.parametrize(("within", "beyond", "place"), [each[1:] for each in LIMITS], ids=[each[0] for each in LIMITS])
def test_a_limit_of_modals_is_kept_to_the_last_one(
    client: WebClient, control: Control, within: JSON, beyond: JSON, place: str
) -> None:
    """https://docs.slack.dev/reference/views/modal-views; the last two are of the pages of those elements."""
    reply = refusal(client.views_open, trigger_id=trigger(control), view={**modal(), **beyond})
    assert reply["error"] == "invalid_arguments"
    assert reply["response_metadata"]["messages"][0].endswith(f"[json-pointer:{place}]")
    assert client.views_open(trigger_id=trigger(control), view={**modal(), **within})["ok"]


def test_a_home_has_room_for_a_hundred_blocks(client: WebClient) -> None:
    """https://docs.slack.dev/reference/views/home-tab-views: 100 blocks, and no title."""
    assert client.views_publish(user_id=MAYA, view=home(*[{"type": "divider"}] * 100))["ok"]
    for wrong in (home(*[{"type": "divider"}] * 101), home(title=plain("x")), modal()):
        assert refused(client.views_publish, user_id=MAYA, view=wrong) == "invalid_arguments"


def test_a_view_has_a_size(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/views.publish: view_too_large, above 250 KB."""
    blocks = [section("x" * 2990)] * 90
    assert refused(client.views_publish, user_id=MAYA, view=home(*blocks)) == "view_too_large"


def test_an_app_without_a_home_publishes_none() -> None:
    """https://docs.slack.dev/reference/methods/views.publish: not_enabled."""
    homeless = every_scope()
    homeless["features"]["app_home"]["home_tab_enabled"] = False
    with WorkspaceServer(demo_workspace(homeless)) as server:
        assert refused(unretrying(server).views_publish, user_id=MAYA, view=home()) == "not_enabled"


# An input, what is entered that Slack doesn't take, and what it takes.
ENTRIES: list[tuple[JSON, Any, Any]] = [
    ({"type": "plain_text_input", "min_length": 3}, "xx", "xxx"),
    ({"type": "plain_text_input", "max_length": 3}, "xxxx", "xxx"),
    ({"type": "plain_text_input"}, "", "x"),
    ({"type": "email_text_input"}, "maya at home", "maya@example.com"),
    ({"type": "url_text_input"}, "example.com", "https://example.com/a"),
    ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "2"),
    ({"type": "number_input", "is_decimal_allowed": True}, "nan", "1.5"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "2"}, "3", "2"),
    ({"type": "number_input", "is_decimal_allowed": True, "min_value": "1", "max_value": "2"}, "0.5", "1"),
    ({"type": "multi_static_select", "max_selected_items": 1, "options": []}, ["a", "b"], ["b"]),
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_entered_is_checked_before_the_app_hears_of_it(
    server: WorkspaceServer, client: WebClient, control: Control, entry: tuple[JSON, Any, Any]
) -> None:
    """https://docs.slack.dev/reference/block-kit/block-elements: min_length, max_length, email, url, number."""
    kind, wrong, right = entry
    element = {**kind, "action_id": "a"}
    if "options" in element:
        element["options"] = [{"text": plain(value), "value": value} for value in ("a", "b")]
    asking = {"type": "input", "block_id": "asked", "label": plain("Why"), "element": element}
    given = trigger(control)
    client.views_open(trigger_id=given, view=modal(asking, submit=plain("Go")))
    with RawApp(server) as app:
        assert list(control.post("/submit", user="maya", values={"a": wrong})["errors"]) == ["asked"]
        assert app.heard.empty()
        assert control.post("/submit", user="maya", values={"a": right})["ok"]
        assert app.next()["payload"]["type"] == "view_submission"
