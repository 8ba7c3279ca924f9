"""Block Kit's rules for rich text: sections, lists, quotes, code, and the pieces that they are made of."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace.faults import Fault, check_keys, fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONTAINERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "rich_text_section": frozenset(),
        "rich_text_list": frozenset({"style", "indent", "offset", "border"}),
        "rich_text_preformatted": frozenset({"border", "language"}),
        "rich_text_quote": frozenset({"border"}),
    }
)
_LIST_STYLES = ("bullet", "ordered")

# What each kind of piece must say.
_PIECES: Mapping[str, str] = MappingProxyType(
    {
        "text": "text",
        "link": "url",
        "user": "user_id",
        "usergroup": "usergroup_id",
        "channel": "channel_id",
        "emoji": "name",
        "broadcast": "range",
        "color": "value",
        "date": "timestamp",
        "team": "team_id",
    }
)


def check_rich_text(block: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """Yield what is wrong with a block of rich text."""
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield fault(place, "missing required field: elements")
        return
    for index, element in enumerate(elements):
        yield from _check_container(element, f"{place}/elements/{index}")


def _check_container(element: Any, place: str) -> Iterator[Fault]:
    kind = element.get("type") if isinstance(element, dict) else None
    if not isinstance(kind, str) or kind not in _CONTAINERS:
        yield fault(place, f"unsupported type: {kind}")
        return
    yield from check_keys(element, _CONTAINERS[kind] | {"type", "elements"}, place)
    if kind == "rich_text_list" and element.get("style") not in _LIST_STYLES:
        yield fault(f"{place}/style", "must be a valid enum value")
    pieces = element.get("elements")
    if not isinstance(pieces, list):
        yield fault(place, "missing required field: elements")
        return
    for index, piece in enumerate(pieces):
        where = f"{place}/elements/{index}"
        if kind == "rich_text_list":
            yield from _check_item(piece, where)
        else:
            yield from _check_piece(piece, where)


def _check_item(item: Any, place: str) -> Iterator[Fault]:
    if not isinstance(item, dict) or item.get("type") != "rich_text_section":
        yield fault(place, "unsupported type: a list holds rich_text_section")
        return
    yield from _check_container(item, place)


def _check_piece(piece: Any, place: str) -> Iterator[Fault]:
    kind = piece.get("type") if isinstance(piece, dict) else None
    if not isinstance(kind, str) or kind not in _PIECES:
        yield fault(place, f"unsupported type: {kind}")
        return
    if piece.get(_PIECES[kind]) in (None, ""):
        yield fault(place, f"missing required field: {_PIECES[kind]}")
