"""What people entered into a modal, as Slack checks it before the app hears of it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opsbot.sandbox.workspace.controls import controls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON = dict[str, Any]

# The sentences are ours: what Slack shows isn't documented.
_MISSING = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def entry_errors(blocks: list[JSON], state: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with what stands in the inputs, by their blocks; none when the app may hear of it."""
    inputs = {block["block_id"]: block for block in blocks if block["type"] == "input"}
    errors = {}
    for block_id, element in controls(blocks):
        if block_id not in inputs:
            continue
        entered = _entered(state[block_id][element["action_id"]])
        if not entered:
            found = None if inputs[block_id].get("optional") else _MISSING
        else:
            found = next(_faults(element, entered), None)
        if found is not None:
            errors[block_id] = found
    return errors


def _entered(values: Mapping[str, Any]) -> Any:
    return next((value for key, value in values.items() if key != "type" and value), None)


def _faults(element: JSON, entered: Any) -> Iterator[str]:
    match element["type"]:
        case "plain_text_input":
            yield from _length_faults(element, str(entered))
        case "email_text_input" if not _EMAIL.fullmatch(str(entered)):
            yield "Please enter a valid email address."
        case "url_text_input" if not _is_address(str(entered)):
            yield "Please enter a valid URL."
        case "number_input":
            yield from _number_faults(element, str(entered))
        case _ if isinstance(entered, list) and len(entered) > element.get("max_selected_items", math.inf):
            yield f"Please select at most {element['max_selected_items']}."


def _length_faults(element: JSON, text: str) -> Iterator[str]:
    if len(text) < element.get("min_length", 0):
        yield f"Please enter at least {element['min_length']} characters."
    if len(text) > element.get("max_length", math.inf):
        yield f"Please enter at most {element['max_length']} characters."


def _number_faults(element: JSON, text: str) -> Iterator[str]:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (not element["is_decimal_allowed"] and not number.is_integer()):
        yield "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    elif number < float(element.get("min_value", -math.inf)):
        yield f"Please enter a number of at least {element['min_value']}."
    elif number > float(element.get("max_value", math.inf)):
        yield f"Please enter a number of at most {element['max_value']}."


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
