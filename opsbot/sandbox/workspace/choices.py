"""Block Kit's rules for what is chosen from: options, their groups, and which of them are chosen at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.faults import Fault, check_items, check_keys, check_length, fault, objects
from opsbot.sandbox.workspace.text_objects import check_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPTION_KEYS = frozenset({"text", "value", "description", "url"})
_GROUP_KEYS = frozenset({"label", "options"})
_FREELY_WRITTEN = frozenset({"checkboxes", "radio_buttons"})
"""The options of these may be mrkdwn."""


def check_choices(element: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Yield what is wrong with the options of an element that has them."""
    kind = str(element["type"])
    yield from _check_offer(element, kind, limits.OPTIONS[kind], place)
    offered = _offered(element)
    initial = element.get("initial_option")
    if initial is not None and initial not in offered:
        yield fault(f"{place}/initial_option", "must be one of the options")
    chosen = element.get("initial_options")
    if chosen is not None:
        yield from check_items(chosen, limits.OPTIONS[kind], f"{place}/initial_options")
        for index, option in objects(chosen):
            if option not in offered:
                yield fault(f"{place}/initial_options/{index}", "must be one of the options")


def check_offered(answer: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the options that an app sends while somebody types; none at all is no fault."""
    options, groups = answer.get("options"), answer.get("option_groups")
    if options is None and groups is None:
        yield fault("/options", "missing required field: options or option_groups")
    elif options or groups:
        yield from _check_offer(answer, "external_select", limits.SELECT_OPTIONS, "")


def _check_offer(element: Mapping[str, Any], kind: str, limit: int, place: str) -> Iterator[Fault]:
    options, groups = element.get("options"), element.get("option_groups")
    if options and groups:
        yield fault(place, "only one of options and option_groups is allowed")
    if groups is not None:
        yield from _check_groups(groups, kind, limit, place)
        return
    yield from check_items(options, limit, f"{place}/options")
    for index, option in objects(options):
        yield from _check_option(option, kind, f"{place}/options/{index}")


def _check_groups(groups: Any, kind: str, limit: int, place: str) -> Iterator[Fault]:
    yield from check_items(groups, limit, f"{place}/option_groups")
    for number, group in objects(groups):
        where = f"{place}/option_groups/{number}"
        yield from check_keys(group, _GROUP_KEYS, where)
        yield from check_text(group.get("label"), limits.OPTION_TEXT, f"{where}/label", only="plain_text")
        yield from check_items(group.get("options"), limit, f"{where}/options")
        for index, option in objects(group.get("options")):
            yield from _check_option(option, kind, f"{where}/options/{index}")


def _check_option(option: Mapping[str, Any], kind: str, place: str) -> Iterator[Fault]:
    yield from check_keys(option, _OPTION_KEYS if kind == "overflow" else _OPTION_KEYS - {"url"}, place)
    only = None if kind in _FREELY_WRITTEN else "plain_text"
    yield from check_text(option.get("text"), limits.OPTION_TEXT, f"{place}/text", only=only)
    if not isinstance(option.get("value"), str):
        yield fault(f"{place}/value", "missing required field: value")
    yield from check_length(option, "value", limits.OPTION_VALUE, place)
    yield from check_length(option, "url", limits.URL, place)
    if "description" in option:
        description = option["description"]
        yield from check_text(description, limits.OPTION_DESCRIPTION, f"{place}/description", only=only)


def _offered(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups = [group.get("options") for _, group in objects(element.get("option_groups"))]
    return [option for options in (element.get("options"), *groups) for _, option in objects(options)]
