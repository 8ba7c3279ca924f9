"""Block Kit's rules for what stands inside blocks: buttons, pictures, selects, inputs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.choices import check_choices
from opsbot.sandbox.workspace.faults import Fault, check_keys, check_length, fault
from opsbot.sandbox.workspace.inputs import check_picked, check_typed
from opsbot.sandbox.workspace.text_objects import STYLES, check_confirm, check_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ACTS = frozenset({"type", "action_id"})
_CHOSEN = _ACTS | {"confirm", "focus_on_load"}
_SELECT = _CHOSEN | {"placeholder"}
_SEVERAL = _SELECT | {"max_selected_items"}
_TYPED = _ACTS | {"placeholder", "focus_on_load", "initial_value", "dispatch_action_config"}
_CONVERSATIONS = frozenset({"default_to_current_conversation", "filter"})

_KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "button": _ACTS | {"text", "url", "value", "style", "confirm", "accessibility_label"},
        "image": frozenset({"type", "image_url", "slack_file", "alt_text"}),
        "overflow": _ACTS | {"options", "confirm"},
        "checkboxes": _CHOSEN | {"options", "initial_options"},
        "radio_buttons": _CHOSEN | {"options", "initial_option"},
        "static_select": _SELECT | {"options", "option_groups", "initial_option"},
        "external_select": _SELECT | {"min_query_length", "initial_option"},
        "users_select": _SELECT | {"initial_user"},
        "channels_select": _SELECT | {"initial_channel", "response_url_enabled"},
        "conversations_select": _SELECT | _CONVERSATIONS | {"initial_conversation", "response_url_enabled"},
        "multi_static_select": _SEVERAL | {"options", "option_groups", "initial_options"},
        "multi_external_select": _SEVERAL | {"min_query_length", "initial_options"},
        "multi_users_select": _SEVERAL | {"initial_users"},
        "multi_channels_select": _SEVERAL | {"initial_channels"},
        "multi_conversations_select": _SEVERAL | _CONVERSATIONS | {"initial_conversations"},
        "datepicker": _SELECT | {"initial_date"},
        "timepicker": _SELECT | {"initial_time", "timezone"},
        "datetimepicker": _CHOSEN | {"initial_date_time"},
        "plain_text_input": _TYPED | {"multiline", "min_length", "max_length"},
        "email_text_input": _TYPED,
        "url_text_input": _TYPED,
        "number_input": _TYPED | {"is_decimal_allowed", "min_value", "max_value"},
        "rich_text_input": _TYPED,
        "file_input": _ACTS | {"filetypes", "max_files"},
    }
)


def check_element(element: Any, allowed: frozenset[str], place: str) -> Iterator[Fault]:
    """Yield what is wrong with an element that may be of the `allowed` types."""
    if not isinstance(element, dict):
        yield fault(place, "must be an object")
        return
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        yield fault(place, f"unsupported type: {kind}")
        return
    yield from check_keys(element, _KEYS[kind], place)
    yield from check_length(element, "action_id", limits.IDENTIFIER, place)
    yield from check_confirm(element.get("confirm"), f"{place}/confirm")
    if "placeholder" in element:
        yield from check_text(element["placeholder"], limits.PLACEHOLDER, f"{place}/placeholder", only="plain_text")
    if kind == "button":
        yield from _check_button(element, place)
    elif kind == "image":
        yield from _check_image(element, place)
    elif kind in limits.OPTIONS:
        yield from check_choices(element, place)
    elif kind.endswith("_input"):
        yield from check_typed(element, place)
    yield from check_picked(element, place)


def _check_button(button: Mapping[str, Any], place: str) -> Iterator[Fault]:
    yield from check_text(button.get("text"), limits.BUTTON_TEXT, f"{place}/text", only="plain_text")
    yield from check_length(button, "value", limits.BUTTON_VALUE, place)
    yield from check_length(button, "url", limits.URL, place)
    yield from check_length(button, "accessibility_label", limits.BUTTON_TEXT, place)
    if button.get("style", "primary") not in STYLES:
        yield fault(f"{place}/style", "must be a valid enum value")


def _check_image(image: Mapping[str, Any], place: str) -> Iterator[Fault]:
    if ("image_url" in image) == ("slack_file" in image):
        yield fault(place, "missing required field: image_url or slack_file, and not both")
    if not image.get("alt_text"):
        yield fault(place, "missing required field: alt_text")
    yield from check_length(image, "image_url", limits.URL, place)
    yield from check_length(image, "alt_text", limits.IMAGE_ALT, place)
