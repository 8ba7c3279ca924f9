"""Rich text on the page: its words without their styles, and words as rich text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]


def text_of(rich_text: JSON) -> str:
    """Return the words of a rich text."""
    return "".join(_words(rich_text)).rstrip("\n")


def rich_text_of(text: str) -> JSON:
    """Return the rich text that says this, in one section."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _words(node: JSON) -> Iterator[str]:
    if isinstance(node.get("text"), str):
        yield node["text"]
    for child in node.get("elements", []):
        yield from _words(child)
    if node.get("type") in ("rich_text_section", "rich_text_preformatted"):
        yield "\n"
