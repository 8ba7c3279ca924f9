"""What is inside blocks: their texts; buttons and selects, and what the app is told when somebody uses one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

JSON = dict[str, Any]

# What each kind of element calls the one thing chosen in it, or those chosen in it, where they are no options.
CHOSEN = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
}
_ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
_SEVERAL_OPTIONS = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})
_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
_SEVERAL_IDS = frozenset({"multi_users_select", "multi_conversations_select", "multi_channels_select"})


@dataclass(frozen=True, slots=True)
class Use:
    """What a person does with a control: its `action_id`, where needed its block, and what is chosen.

    `value` is the value of an option (or of several), a date, a user id or a text; a button needs none, though it may
    tell apart buttons that share an action id. `option` is a whole option, for selects whose options the app sends;
    where several are chosen of those, `value` holds whole options.
    """

    action_id: str
    block_id: str | None = None
    value: Any = None
    option: JSON | None = None


def texts(node: Any) -> Iterator[str]:
    """Yield every text in blocks, however deep it is."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from texts(value)


def controls(blocks: Iterable[JSON]) -> Iterator[tuple[str, JSON]]:
    """Yield each interactive element with the id of its block."""
    for block in blocks:
        slots = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            slots += block["elements"]
        for element in slots:
            if element is not None and "action_id" in element:
                yield block["block_id"], element


def find_control(blocks: Iterable[JSON], use: Use) -> tuple[str, JSON]:
    """Return the control that is used, with the id of its block; refuse when there is none."""
    for block_id, element in controls(blocks):
        if element["action_id"] != use.action_id or use.block_id not in (None, block_id):
            continue
        if element["type"] == "button" and use.value is not None and element.get("value") != use.value:
            continue
        return block_id, element
    raise RefusedError("no_such_action")


def action_json(block_id: str, element: JSON, use: Use, action_ts: str) -> JSON:
    """Return the action as the app is told of it."""
    kind = element["type"]
    action: JSON = {"type": kind, "action_id": element["action_id"], "block_id": block_id, "action_ts": action_ts}
    if kind == "button":
        return action | _shown(element, "text", "value", "style", "url")
    return action | _shown(element, "placeholder", "initial_option") | chosen_json(element, use)


def _shown(element: JSON, *keys: str) -> JSON:
    return {key: element[key] for key in keys if key in element}


def chosen_json(element: JSON, use: Use) -> JSON:
    """Return what is chosen in a control, as actions and `state.values` say it."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"selected_option": use.option or _option(element, use.value)}
    if kind in _SEVERAL_OPTIONS:
        chosen = [each if isinstance(each, dict) else _option(element, each) for each in use.value or ()]
        return {"selected_options": chosen}
    if kind in _SEVERAL_IDS:
        return {CHOSEN[kind]: list(use.value or ())}
    return {CHOSEN.get(kind, "value"): use.value}


def initial_state(blocks: Iterable[JSON]) -> JSON:
    """Return `state.values` before anybody chose anything."""
    state: JSON = {}
    for block_id, element in controls(blocks):
        if element["type"] not in ("button", "overflow"):
            state.setdefault(block_id, {})[element["action_id"]] = {"type": element["type"], **initial_of(element)}
    return state


def current_conversation(blocks: Iterable[JSON], channel: str | None) -> JSON:
    """Return the `state.values` of selects that stand on the conversation which the person looks at."""
    state: JSON = {}
    for block_id, element in controls(blocks):
        if channel and element.get("default_to_current_conversation") and not any(initial_of(element).values()):
            several = element["type"] in _SEVERAL_IDS
            chosen = {"type": element["type"], CHOSEN[element["type"]]: [channel] if several else channel}
            state.setdefault(block_id, {})[element["action_id"]] = chosen
    return state


def with_choice(state: Mapping[str, Any], block_id: str, element: JSON, use: Use) -> JSON:
    """Return `state.values` after a choice."""
    if element["type"] in ("button", "overflow"):
        return dict(state)
    chosen = {"type": element["type"], **chosen_json(element, use)}
    return {**state, block_id: {**state.get(block_id, {}), element["action_id"]: chosen}}


def initial_of(element: JSON) -> JSON:
    """Return what is chosen in a control before anybody chose anything."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"selected_option": element.get("initial_option")}
    if kind in _SEVERAL_OPTIONS:
        return {"selected_options": element.get("initial_options", [])}
    chosen = CHOSEN.get(kind, "value")
    initial = "initial_value" if kind in _TYPED else chosen.replace("selected", "initial")
    return {chosen: element.get(initial, [] if kind in _SEVERAL_IDS else None)}


def _option(element: JSON, value: Any) -> JSON | None:
    if value is None:
        return None
    groups = [group["options"] for group in element.get("option_groups", [])]
    for option in [*element.get("options", []), *(option for options in groups for option in options)]:
        if option["value"] == value:
            return dict(option)
    raise RefusedError("no_such_option")
