"""Block Kit: every limit, and where a fault is, as https://docs.slack.dev/reference/block-kit has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InputBlock,
    MarkdownBlock,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
)

from tests.sandbox.workspace.conformance.installed import JSON, ML_OPS, refusal, refused
from tests.sandbox.workspace.support import actions, button, section, select

if TYPE_CHECKING:
    from slack_sdk import WebClient


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def option(value: str = "1", text: str = "One", **rest: Any) -> JSON:
    return {"text": plain(text), "value": value, **rest}


def typed(**rest: Any) -> JSON:
    return {"type": "plain_text_input", "action_id": "a", **rest}


def asking(element: JSON, label: str = "Why", **rest: Any) -> JSON:
    return {"type": "input", "label": plain(label), "element": element, **rest}


def choosing(kind: str, **rest: Any) -> JSON:
    return actions({"type": kind, "action_id": "a", **rest})


PICTURE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}
CONFIRM: JSON = {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No")}
QUOTE = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "x"}]}

# What the limit is, blocks that keep it, blocks that go one beyond, and where the fault is said to be.
LIMITS: list[tuple[str, list[JSON], list[JSON], str]] = [
    ("blocks/: 50 blocks", [{"type": "divider"}] * 50, [{"type": "divider"}] * 51, "/blocks"),
    ("blocks/section-block: text 3000", [section("x" * 3000)], [section("x" * 3001)], "/blocks/0/text/text"),
    (
        "blocks/section-block: 10 fields",
        [{"type": "section", "fields": [plain("x")] * 10}],
        [{"type": "section", "fields": [plain("x")] * 11}],
        "/blocks/0/fields",
    ),
    (
        "blocks/section-block: fields of 2000",
        [{"type": "section", "fields": [plain("x" * 2000)]}],
        [{"type": "section", "fields": [plain("x"), plain("x" * 2001)]}],
        "/blocks/0/fields/1/text",
    ),
    (
        "blocks/header-block: text 150",
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
        "/blocks/0/text/text",
    ),
    (
        "blocks/markdown-block: 12,000",
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "markdown", "text": "x" * 12_001}],
        "/blocks/0/text",
    ),
    (
        "blocks/actions-block: 25 elements",
        [actions(*(button(f"b{number}") for number in range(25)))],
        [actions(*(button(f"b{number}") for number in range(26)))],
        "/blocks/0/elements",
    ),
    (
        "blocks/context-block: 10 elements",
        [{"type": "context", "elements": [plain("x")] * 10}],
        [{"type": "context", "elements": [plain("x")] * 11}],
        "/blocks/0/elements",
    ),
    (
        "blocks/image-block: alt_text 2000",
        [{**PICTURE, "alt_text": "x" * 2000}],
        [{**PICTURE, "alt_text": "x" * 2001}],
        "/blocks/0/alt_text",
    ),
    (
        "blocks/image-block: image_url 3000",
        [{**PICTURE, "image_url": "https://a/" + "x" * 2990}],
        [{**PICTURE, "image_url": "https://a/" + "x" * 2991}],
        "/blocks/0/image_url",
    ),
    ("blocks/: block_id 255", [section(block_id="x" * 255)], [section(block_id="x" * 256)], "/blocks/0/block_id"),
    (
        "blocks/input-block: label 2000",
        [asking(typed(), "x" * 2000)],
        [asking(typed(), "x" * 2001)],
        "/blocks/0/label/text",
    ),
    (
        "blocks/input-block: hint 2000",
        [asking(typed(), hint=plain("x" * 2000))],
        [asking(typed(), hint=plain("x" * 2001))],
        "/blocks/0/hint/text",
    ),
    (
        "block-elements/button-element: text 75",
        [actions({**button(), "text": plain("x" * 75)})],
        [actions({**button(), "text": plain("x" * 76)})],
        "/blocks/0/elements/0/text/text",
    ),
    (
        "block-elements/button-element: value 2000",
        [actions(button(value="x" * 2000))],
        [actions(button(value="x" * 2001))],
        "/blocks/0/elements/0/value",
    ),
    (
        "block-elements/button-element: url 3000",
        [actions(button(url="https://a/" + "x" * 2990))],
        [actions(button(url="https://a/" + "x" * 2991))],
        "/blocks/0/elements/0/url",
    ),
    (
        "block-elements/button-element: action_id 255",
        [actions(button("x" * 255))],
        [actions(button("x" * 256))],
        "/blocks/0/elements/0/action_id",
    ),
    (
        "block-elements/select-menu-element: 100 options",
        [actions(select(*map(str, range(100))))],
        [actions(select(*map(str, range(101))))],
        "/blocks/0/elements/0/options",
    ),
    (
        "block-elements/select-menu-element: placeholder 150",
        [choosing("users_select", placeholder=plain("x" * 150))],
        [choosing("users_select", placeholder=plain("x" * 151))],
        "/blocks/0/elements/0/placeholder/text",
    ),
    (
        "block-elements/overflow-menu-element: 5 options",
        [choosing("overflow", options=[option(str(number)) for number in range(5)])],
        [choosing("overflow", options=[option(str(number)) for number in range(6)])],
        "/blocks/0/elements/0/options",
    ),
    (
        "block-elements/checkboxes-element: 10 options",
        [choosing("checkboxes", options=[option(str(number)) for number in range(10)])],
        [choosing("checkboxes", options=[option(str(number)) for number in range(11)])],
        "/blocks/0/elements/0/options",
    ),
    (
        "block-elements/radio-button-group-element: 10 options",
        [choosing("radio_buttons", options=[option(str(number)) for number in range(10)])],
        [choosing("radio_buttons", options=[option(str(number)) for number in range(11)])],
        "/blocks/0/elements/0/options",
    ),
    (
        "composition-objects/option-object: text 75",
        [choosing("static_select", options=[option(text="x" * 75)])],
        [choosing("static_select", options=[option(text="x" * 76)])],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    (
        "composition-objects/option-object: value 150",
        [choosing("static_select", options=[option("x" * 150)])],
        [choosing("static_select", options=[option("x" * 151)])],
        "/blocks/0/elements/0/options/0/value",
    ),
    (
        "composition-objects/option-object: description 75",
        [choosing("static_select", options=[option(description=plain("x" * 75))])],
        [choosing("static_select", options=[option(description=plain("x" * 76))])],
        "/blocks/0/elements/0/options/0/description/text",
    ),
    (
        "composition-objects/option-group-object: label 75",
        [choosing("static_select", option_groups=[{"label": plain("x" * 75), "options": [option()]}])],
        [choosing("static_select", option_groups=[{"label": plain("x" * 76), "options": [option()]}])],
        "/blocks/0/elements/0/option_groups/0/label/text",
    ),
    *(
        (
            f"composition-objects/confirmation-dialog-object: {key} {limit}",
            [actions(button(confirm={**CONFIRM, key: plain("x" * limit)}))],
            [actions(button(confirm={**CONFIRM, key: plain("x" * (limit + 1))}))],
            f"/blocks/0/elements/0/confirm/{key}/text",
        )
        for key, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    ),
    (
        "block-elements/plain-text-input-element: max_length 3000",
        [asking(typed(max_length=3000))],
        [asking(typed(max_length=3001))],
        "/blocks/0/element/max_length",
    ),
]

# What the rule is, blocks that break it, and where the fault is said to be.
RULES: list[tuple[str, list[JSON], str]] = [
    ("blocks/: only types that there are", [{"type": "wonder"}], "/blocks/0"),
    ("blocks/section-block: text or fields", [{"type": "section"}], "/blocks/0"),
    ("blocks/section-block: text isn't empty", [section("")], "/blocks/0/text/text"),
    ("blocks/section-block: nothing else", [section(colour="red")], "/blocks/0"),
    (
        "blocks/header-block: plain text only",
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "/blocks/0/text/type",
    ),
    ("blocks/actions-block: at least one element", [actions()], "/blocks/0/elements"),
    ("blocks/actions-block: no pictures", [actions(PICTURE)], "/blocks/0/elements/0"),
    ("blocks/: each block_id once", [section(block_id="a"), section(block_id="a")], "/blocks/1"),
    ("block-elements/button-element: each action_id once", [actions(button(), button())], "/blocks/0/elements/1"),
    ("block-elements/button-element: style", [actions(button(style="loud"))], "/blocks/0/elements/0/style"),
    ("block-elements/button-element: nothing else", [actions(button(colour="red"))], "/blocks/0/elements/0"),
    ("blocks/image-block: alt_text is there", [{"type": "image", "image_url": "https://a/b.png"}], "/blocks/0"),
    ("blocks/image-block: an address", [{"type": "image", "alt_text": "A"}], "/blocks/0"),
    (
        "blocks/input-block: no buttons",
        [asking({"type": "button", "text": plain("Go"), "action_id": "a"})],
        "/blocks/0/element",
    ),
    (
        "composition-objects/option-object: the text of a menu is plain",
        [choosing("static_select", options=[{"text": {"type": "mrkdwn", "text": "x"}, "value": "1"}])],
        "/blocks/0/elements/0/options/0/text/type",
    ),
    (
        "composition-objects/option-object: url in overflow menus only",
        [choosing("static_select", options=[option(url="https://example.com")])],
        "/blocks/0/elements/0/options/0",
    ),
    (
        "block-elements/select-menu-element: options or groups",
        [choosing("static_select", options=[option()], option_groups=[{"label": plain("G"), "options": [option()]}])],
        "/blocks/0/elements/0",
    ),
    (
        "block-elements/select-menu-element: initial_option is offered",
        [choosing("static_select", options=[option()], initial_option=option("2"))],
        "/blocks/0/elements/0/initial_option",
    ),
    (
        "block-elements/checkboxes-element: initial_options are offered",
        [choosing("checkboxes", options=[option()], initial_options=[option("2")])],
        "/blocks/0/elements/0/initial_options/0",
    ),
    (
        "block-elements/multi-select-menu-element: max_selected_items is at least 1",
        [asking({"type": "multi_users_select", "action_id": "a", "max_selected_items": 0})],
        "/blocks/0/element/max_selected_items",
    ),
    (
        "block-elements/date-picker-element: YYYY-MM-DD",
        [choosing("datepicker", initial_date="1 May")],
        "/blocks/0/elements/0/initial_date",
    ),
    (
        "block-elements/time-picker-element: HH:mm",
        [choosing("timepicker", initial_time="7 pm")],
        "/blocks/0/elements/0/initial_time",
    ),
    (
        "block-elements/datetime-picker-element: ten digits",
        [choosing("datetimepicker", initial_date_time=5)],
        "/blocks/0/elements/0/initial_date_time",
    ),
    (
        "block-elements/number-input-element: is_decimal_allowed is there",
        [asking({"type": "number_input", "action_id": "a"})],
        "/blocks/0/element",
    ),
    (
        "composition-objects/dispatch-action-configuration-object",
        [asking(typed(dispatch_action_config={"trigger_actions_on": ["on_whim"]}))],
        "/blocks/0/element/dispatch_action_config/trigger_actions_on",
    ),
    (
        "composition-objects/confirmation-dialog-object: style",
        [actions(button(confirm={**CONFIRM, "style": "loud"}))],
        "/blocks/0/elements/0/confirm/style",
    ),
    (
        "blocks/rich-text-block: lists are bulleted or ordered",
        [{"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]}],
        "/blocks/0/elements/0/style",
    ),
    (
        "blocks/rich-text-block: pieces say something",
        [{"type": "rich_text", "elements": [QUOTE, {"type": "rich_text_section", "elements": [{"type": "link"}]}]}],
        "/blocks/0/elements/1/elements/0",
    ),
]


@pytest.mark.parametrize(("within", "beyond", "place"), [each[1:] for each in LIMITS], ids=[each[0] for each in LIMITS])
def test_a_limit_of_block_kit_is_kept_to_the_last_one(
    client: WebClient, within: list[JSON], beyond: list[JSON], place: str
) -> None:
    """The id of each case is the page below https://docs.slack.dev/reference/block-kit and the limit stated there."""
    assert client.chat_postMessage(channel=ML_OPS, text="t", blocks=within)["ok"]
    reply = refusal(client.chat_postMessage, channel=ML_OPS, text="t", blocks=beyond)
    assert reply["error"] == "invalid_blocks"
    assert place_of(reply) == [place]


@pytest.mark.parametrize(("blocks", "place"), [each[1:] for each in RULES], ids=[each[0] for each in RULES])
def test_a_rule_of_block_kit_is_kept_and_the_place_is_named(client: WebClient, blocks: list[JSON], place: str) -> None:
    """The id of each case is the page below https://docs.slack.dev/reference/block-kit and the rule stated there."""
    reply = refusal(client.chat_postMessage, channel=ML_OPS, text="t", blocks=blocks)
    assert reply["error"] == "invalid_blocks"
    assert place_of(reply) == [place]


def test_the_blocks_of_a_message_have_room_for_13000_characters(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.postMessage lists msg_blocks_too_long."""
    assert client.chat_postMessage(channel=ML_OPS, text="t", blocks=[section("x" * 2900)] * 4)["ok"]
    blocks = [section("x" * 2900)] * 5
    assert refused(client.chat_postMessage, channel=ML_OPS, text="t", blocks=blocks) == "msg_blocks_too_long"


def test_all_markdown_of_a_message_shares_one_limit(client: WebClient) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/markdown-block: 12,000 for all such blocks of a payload."""
    blocks = [{"type": "markdown", "text": "x" * 6001}] * 2
    assert refused(client.chat_postMessage, channel=ML_OPS, text="t", blocks=blocks) == "msg_blocks_too_long"


def test_what_is_no_list_of_blocks_is_refused_as_such(client: WebClient) -> None:
    """https://docs.slack.dev/reference/methods/chat.postMessage lists invalid_blocks_format."""
    for nonsense in ('{"type": "section"}', "[1]", "[{"):
        assert refused(client.chat_postMessage, channel=ML_OPS, text="t", blocks=nonsense) == "invalid_blocks_format"


def test_everything_that_the_models_of_the_sdk_make_is_taken(client: WebClient) -> None:
    """https://docs.slack.dev/tools/python-slack-sdk: its models make valid Block Kit."""
    go = ButtonElement(text="Go", action_id="go", value="1", style="primary")
    asked = PlainTextInputElement(action_id="why", multiline=True, max_length=200)
    blocks = [
        HeaderBlock(text="Title"),
        SectionBlock(text="*Hello*", accessory=go, fields=["one", "two"]),
        DividerBlock(),
        ActionsBlock(elements=[ButtonElement(text="Stop", action_id="stop", style="danger")]),
        ContextBlock(elements=[PlainTextObject(text="small")]),
        ImageBlock(image_url="https://example.com/a.png", alt_text="A", title="A picture"),
        InputBlock(label="Why", element=asked, hint="Say more"),
        MarkdownBlock(text="**bold**"),
    ]
    posted = client.chat_postMessage(channel=ML_OPS, text="t", blocks=blocks)
    assert len(posted["message"]["blocks"]) == len(blocks)


def place_of(reply: JSON) -> list[str]:
    """Where the faults are, by their JSON pointers."""
    messages: list[str] = reply["response_metadata"]["messages"]
    return [message.rpartition("[json-pointer:")[2].removesuffix("]") for message in messages]
