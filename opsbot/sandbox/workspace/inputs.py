"""Block Kit's rules for what people type and pick in: texts, numbers, dates, times."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.faults import Fault, check_number, fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TRIGGERS = frozenset({"on_enter_pressed", "on_character_entered"})
_PATTERNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "initial_date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
        "initial_time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    }
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EPOCH_DIGITS = 10


def check_typed(element: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Yield what is wrong with an input that is typed into."""
    kind = element["type"]
    if kind == "plain_text_input":
        yield from check_number(element, "min_length", 0, limits.INPUT_TEXT, place)
        yield from check_number(element, "max_length", 1, limits.INPUT_TEXT, place)
    if kind == "number_input":
        yield from _check_bounds(element, place)
    config = element.get("dispatch_action_config")
    if config is not None:
        triggers = config.get("trigger_actions_on") if isinstance(config, dict) else None
        if not isinstance(triggers, list) or not triggers or not all(each in _TRIGGERS for each in map(str, triggers)):
            yield fault(f"{place}/dispatch_action_config/trigger_actions_on", "must be a valid enum value")


def _check_bounds(element: Mapping[str, Any], place: str) -> Iterator[Fault]:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield fault(place, "missing required field: is_decimal_allowed")
    for key in ("initial_value", "min_value", "max_value"):
        if key in element and not (isinstance(element[key], str) and _NUMBER.fullmatch(element[key])):
            yield fault(f"{place}/{key}", "must be a number, written as a string")


def check_picked(element: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Yield what is wrong with an element in which a date, a time, people or channels are picked."""
    for key, pattern in _PATTERNS.items():
        value = element.get(key)
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            yield fault(f"{place}/{key}", "must be a valid " + key.removeprefix("initial_"))
    moment = element.get("initial_date_time")
    if moment is not None and not (isinstance(moment, int) and len(str(moment)) == _EPOCH_DIGITS):
        yield fault(f"{place}/initial_date_time", f"must have {_EPOCH_DIGITS} digits")
    yield from check_number(element, "max_selected_items", 1, None, place)
    yield from check_number(element, "min_query_length", 0, None, place)
    yield from check_number(element, "max_files", 1, limits.INPUT_FILES, place)
    for key in ("initial_users", "initial_conversations", "initial_channels", "filetypes"):
        if key in element and not _are_texts(element[key]):
            yield fault(f"{place}/{key}", "must be a list of strings")


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
