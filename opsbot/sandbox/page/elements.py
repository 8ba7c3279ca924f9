"""Small pieces of the page: elements with classes and attributes, safe text, checked HTML."""

from __future__ import annotations

from html import escape

from nicegui import ui

from opsbot.sandbox.page.emoji import with_emoji


def box(css: str, tag: str = "div", **attributes: str) -> ui.element:
    """Return an element to put others into. Underscores in the names of attributes stand for dashes."""
    element = ui.element(tag).classes(css)
    for name, value in attributes.items():
        element.props[name.replace("_", "-")] = value
    return element


def words(text: str, css: str = "", tag: str = "div") -> ui.html:
    """Show text as it is."""
    return markup(escape(with_emoji(text)), css, tag)


def markup(html: str, css: str = "", tag: str = "div") -> ui.html:
    """Show HTML that this package made, in which everything from elsewhere is escaped already."""
    return ui.html(html, sanitize=False, tag=tag).classes(css)


def void(_made: object) -> None:
    """Take what only had to be made."""
