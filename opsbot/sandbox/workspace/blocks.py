"""Block Kit's rules: which blocks Slack would take, and where it would find fault with the others."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.elements import check_element
from opsbot.sandbox.workspace.faults import Fault, check_items, check_keys, check_length, fault, objects
from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments
from opsbot.sandbox.workspace.rich_text import check_rich_text
from opsbot.sandbox.workspace.text_objects import check_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

JSON = dict[str, Any]

_SELECTS = frozenset(
    {f"{several}{what}_select" for several in ("", "multi_") for what in ("static", "external", "users")}
    | {"conversations_select", "channels_select"}
)
_ACCESSORIES = _SELECTS | {"button", "overflow", "datepicker", "timepicker", "checkboxes", "radio_buttons", "image"}
_ACTIONS = _ACCESSORIES - {"image"} | {"datetimepicker"}
_INPUTS = _ACTIONS - {"button", "overflow"} | {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "multi_conversations_select",
    "multi_channels_select",
    "rich_text_input",
    "file_input",
}


def check_message_blocks(blocks: Any) -> list[JSON]:
    """Return a message's blocks with every `block_id` and `action_id` filled in; refuse what Slack would."""
    checked = _check(blocks, limits.MESSAGE_BLOCKS, home_or_modal=False)
    if sum(len(block["text"]) for block in checked if block["type"] == "markdown") > limits.MARKDOWN_TEXT:
        raise RefusedError("msg_blocks_too_long")
    if sum(_characters(block) for block in checked) > limits.MESSAGE_BLOCKS_CHARACTERS:
        raise RefusedError("msg_blocks_too_long")
    return checked


def check_view_blocks(blocks: Any) -> list[JSON]:
    """Return a modal's or Home's blocks with every `block_id` and `action_id` filled in; refuse what Slack would."""
    return _check(blocks, limits.VIEW_BLOCKS, home_or_modal=True)


def _check(blocks: Any, limit: int, *, home_or_modal: bool) -> list[JSON]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise RefusedError("invalid_blocks_format")
    place = "/view/blocks" if home_or_modal else "/blocks"
    faults = [] if len(blocks) <= limit else [fault(place, f"no more than {limit} items allowed")]
    for index, block in enumerate(blocks):
        faults += _check_block(block, f"{place}/{index}")
        if home_or_modal and block.get("type") == "markdown":
            faults.append(fault(f"{place}/{index}", "unsupported type: markdown"))
    faults += _check_unique(blocks, place)
    if home_or_modal:
        faults += _check_focus(blocks, place)
    if faults:
        raise invalid_arguments(*faults, code="invalid_arguments" if home_or_modal else "invalid_blocks")
    return [_with_ids(block) for block in blocks]


def _check_block(block: JSON, place: str) -> Iterator[Fault]:
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _BLOCKS:
        yield fault(place, f"unsupported type: {kind}")
        return
    keys, check = _BLOCKS[kind]
    yield from check_keys(block, keys | {"type", "block_id"}, place)
    yield from check_length(block, "block_id", limits.IDENTIFIER, place)
    yield from check(block, place)


def _check_section(block: JSON, place: str) -> Iterator[Fault]:
    if "text" not in block and not block.get("fields"):
        yield fault(place, "missing required field: text or fields")
    if "text" in block:
        yield from check_text(block["text"], limits.SECTION_TEXT, f"{place}/text")
    if "fields" in block:
        yield from check_items(block["fields"], limits.SECTION_FIELDS, f"{place}/fields")
    for index, field in objects(block.get("fields")):
        yield from check_text(field, limits.SECTION_FIELD, f"{place}/fields/{index}")
    if "accessory" in block:
        yield from check_element(block["accessory"], _ACCESSORIES, f"{place}/accessory")


def _check_header(block: JSON, place: str) -> Iterator[Fault]:
    yield from check_text(block.get("text"), limits.HEADER_TEXT, f"{place}/text", only="plain_text")


def _check_nothing(_block: JSON, _place: str) -> Iterator[Fault]:
    yield from ()


def _check_context(block: JSON, place: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from check_items(elements, limits.CONTEXT_ELEMENTS, f"{place}/elements")
    for index, element in objects(elements):
        where = f"{place}/elements/{index}"
        if element.get("type") == "image":
            yield from check_element(element, frozenset({"image"}), where)
        else:
            yield from check_text(element, limits.CONTEXT_TEXT, where)


def _check_actions(block: JSON, place: str) -> Iterator[Fault]:
    elements = block.get("elements")
    yield from check_items(elements, limits.ACTIONS, f"{place}/elements")
    seen: set[str] = set()
    for index, element in objects(elements):
        where = f"{place}/elements/{index}"
        yield from check_element(element, _ACTIONS, where)
        action_id = str(element.get("action_id") or "")
        if action_id and action_id in seen:
            yield fault(where, f"`action_id` {action_id} already exists")
        seen.add(action_id)


def _check_image(block: JSON, place: str) -> Iterator[Fault]:
    yield from check_element(
        {key: value for key, value in block.items() if key not in ("block_id", "title")}, frozenset({"image"}), place
    )
    if "title" in block:
        yield from check_text(block["title"], limits.IMAGE_ALT, f"{place}/title", only="plain_text")


def _check_input(block: JSON, place: str) -> Iterator[Fault]:
    yield from check_text(block.get("label"), limits.INPUT_LABEL, f"{place}/label", only="plain_text")
    if "hint" in block:
        yield from check_text(block["hint"], limits.INPUT_HINT, f"{place}/hint", only="plain_text")
    yield from check_element(block.get("element"), _INPUTS, f"{place}/element")


def _check_markdown(block: JSON, place: str) -> Iterator[Fault]:
    if not block.get("text"):
        yield fault(place, "missing required field: text")
    yield from check_length(block, "text", limits.MARKDOWN_TEXT, place)


def _check_unique(blocks: Iterable[JSON], place: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = str(block.get("block_id") or "")
        if block_id and block_id in seen:
            yield fault(f"{place}/{index}", f"`block_id` {block_id} already exists")
        seen.add(block_id)


def _check_focus(blocks: Iterable[JSON], place: str) -> Iterator[Fault]:
    """Yield a fault for each element but the first that wants to be where one types when the view opens."""
    slots = [(index, block.get("element") or block.get("accessory")) for index, block in enumerate(blocks)]
    focused = [index for index, slot in slots if isinstance(slot, dict) and slot.get("focus_on_load")]
    for index in focused[1:]:
        yield fault(f"{place}/{index}/element/focus_on_load", "only one element can be focused")


_BLOCKS: Mapping[str, tuple[frozenset[str], Callable[[JSON, str], Iterator[Fault]]]] = {
    "section": (frozenset({"text", "fields", "accessory", "expand"}), _check_section),
    "header": (frozenset({"text"}), _check_header),
    "divider": (frozenset(), _check_nothing),
    "context": (frozenset({"elements"}), _check_context),
    "actions": (frozenset({"elements"}), _check_actions),
    "image": (frozenset({"image_url", "slack_file", "alt_text", "title"}), _check_image),
    "input": (frozenset({"label", "element", "hint", "optional", "dispatch_action"}), _check_input),
    "markdown": (frozenset({"text"}), _check_markdown),
    "rich_text": (frozenset({"elements"}), check_rich_text),
}


def _with_ids(block: JSON) -> JSON:
    filled = {**block, "block_id": block.get("block_id") or _new_id()}
    for slot in ("accessory", "element"):
        if slot in filled:
            filled[slot] = _with_action_id(filled[slot])
    if filled["type"] == "actions":
        filled["elements"] = [_with_action_id(element) for element in filled["elements"]]
    return filled


def _with_action_id(element: JSON) -> JSON:
    if element["type"] == "image":
        return element
    return {**element, "action_id": element.get("action_id") or _new_id()}


def _new_id() -> str:
    return secrets.token_urlsafe(4)


def _characters(block: JSON) -> int:
    return len(json.dumps(block, ensure_ascii=False, separators=(",", ":")))
