"""Block Kit's rules for what stands inside blocks: texts, buttons, selects, options, confirm dialogs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.faults import Fault, check_items, check_keys, check_length, fault, objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STYLES = ("primary", "danger")
_TEXT_KEYS = {
    "plain_text": frozenset({"type", "text", "emoji"}),
    "mrkdwn": frozenset({"type", "text", "verbatim"}),
}
_OPTION_KEYS = frozenset({"text", "value", "description", "url"})
_CONFIRM_KEYS = frozenset({"title", "text", "confirm", "deny", "style"})
_BUTTON_KEYS = frozenset({"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"})


def check_text(text: Any, limit: int, place: str, *, only: str | None = None) -> Iterator[Fault]:
    """Yield what is wrong with a text object; `only` names the one kind that may stand there."""
    if not isinstance(text, dict):
        yield fault(place, "missing required field: text")
        return
    kind = text.get("type")
    if not isinstance(kind, str) or kind not in _TEXT_KEYS or (only is not None and kind != only):
        yield fault(f"{place}/type", f"must be {only or 'plain_text or mrkdwn'}")
        return
    yield from check_keys(text, _TEXT_KEYS[kind], place)
    if not text.get("text"):
        yield fault(f"{place}/text", "must be more than 0 characters")
    yield from check_length(text, "text", limit, place)


def check_element(element: Any, allowed: frozenset[str], place: str) -> Iterator[Fault]:
    """Yield what is wrong with an element that may be of the `allowed` types."""
    if not isinstance(element, dict):
        yield fault(place, "must be an object")
        return
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        yield fault(place, f"unsupported type: {kind}")
        return
    yield from check_length(element, "action_id", limits.IDENTIFIER, place)
    yield from check_confirm(element.get("confirm"), f"{place}/confirm")
    if "placeholder" in element:
        yield from check_text(element["placeholder"], limits.PLACEHOLDER, f"{place}/placeholder", only="plain_text")
    if kind == "button":
        yield from _check_button(element, place)
    elif kind == "image":
        yield from _check_image(element, place)
    elif kind in limits.OPTIONS:
        yield from _check_options(element, limits.OPTIONS[kind], place)


def check_confirm(confirm: Any, place: str) -> Iterator[Fault]:
    """Yield what is wrong with a confirm dialog; absence is no fault."""
    if confirm is None:
        return
    if not isinstance(confirm, dict):
        yield fault(place, "must be an object")
        return
    yield from check_keys(confirm, _CONFIRM_KEYS, place)
    yield from check_text(confirm.get("title"), limits.CONFIRM_TITLE, f"{place}/title", only="plain_text")
    yield from check_text(confirm.get("text"), limits.CONFIRM_TEXT, f"{place}/text")
    for button in ("confirm", "deny"):
        if button in confirm:
            yield from check_text(confirm[button], limits.CONFIRM_BUTTON, f"{place}/{button}", only="plain_text")


def check_offered(answer: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the options that an app sends while somebody types; none at all is no fault."""
    options, groups = answer.get("options"), answer.get("option_groups")
    if options is None and groups is None:
        yield fault("/options", "missing required field: options or option_groups")
    elif options or groups:
        yield from _check_options(answer, limits.SELECT_OPTIONS, "")


def _check_button(button: Mapping[str, Any], place: str) -> Iterator[Fault]:
    yield from check_keys(button, _BUTTON_KEYS, place)
    yield from check_text(button.get("text"), limits.BUTTON_TEXT, f"{place}/text", only="plain_text")
    yield from check_length(button, "value", limits.BUTTON_VALUE, place)
    yield from check_length(button, "url", limits.URL, place)
    if button.get("style", "primary") not in _STYLES:
        yield fault(f"{place}/style", "must be a valid enum value")


def _check_image(image: Mapping[str, Any], place: str) -> Iterator[Fault]:
    if "image_url" not in image and "slack_file" not in image:
        yield fault(place, "missing required field: image_url")
    if not image.get("alt_text"):
        yield fault(place, "missing required field: alt_text")
    yield from check_length(image, "image_url", limits.URL, place)
    yield from check_length(image, "alt_text", limits.IMAGE_ALT, place)


def _check_options(element: Mapping[str, Any], limit: int, place: str) -> Iterator[Fault]:
    if element.get("option_groups") is not None:
        yield from _check_groups(element, limit, place)
        return
    options = element.get("options")
    yield from check_items(options, limit, f"{place}/options")
    for index, option in objects(options):
        yield from _check_option(option, f"{place}/options/{index}")
    initial = element.get("initial_option")
    if initial is not None and initial not in (options or []):
        yield fault(f"{place}/initial_option", "must be one of the options")


def _check_groups(element: Mapping[str, Any], limit: int, place: str) -> Iterator[Fault]:
    yield from check_items(element["option_groups"], limit, f"{place}/option_groups")
    for number, group in objects(element["option_groups"]):
        where = f"{place}/option_groups/{number}"
        yield from check_text(group.get("label"), limits.OPTION_TEXT, f"{where}/label", only="plain_text")
        yield from check_items(group.get("options"), limit, f"{where}/options")
        for index, option in objects(group.get("options")):
            yield from _check_option(option, f"{where}/options/{index}")


def _check_option(option: Mapping[str, Any], place: str) -> Iterator[Fault]:
    yield from check_keys(option, _OPTION_KEYS, place)
    yield from check_text(option.get("text"), limits.OPTION_TEXT, f"{place}/text")
    if not isinstance(option.get("value"), str):
        yield fault(f"{place}/value", "missing required field: value")
    yield from check_length(option, "value", limits.OPTION_VALUE, place)
