"""Block Kit's rules for text objects and confirm dialogs."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.workspace import limits
from opsbot.sandbox.workspace.faults import Fault, check_keys, check_length, fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STYLES = ("primary", "danger")
_TEXT_KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"plain_text": frozenset({"type", "text", "emoji"}), "mrkdwn": frozenset({"type", "text", "verbatim"})}
)
_CONFIRM_KEYS = frozenset({"title", "text", "confirm", "deny", "style"})


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
    if confirm.get("style", "primary") not in STYLES:
        yield fault(f"{place}/style", "must be a valid enum value")
