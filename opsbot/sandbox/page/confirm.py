"""The question that a control may ask before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from opsbot.sandbox.page.elements import box, markup, words

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = dict[str, Any]


async def confirmed(confirm: JSON | None, text_html: Callable[[JSON], str], layer: ui.element) -> bool:
    """Whether the person says yes, or isn't asked. The question is shown in `layer`; Esc says no."""
    if confirm is None:
        return True
    with layer, ui.dialog() as dialog, box("dialog"):
        words(confirm["title"]["text"], "dialog-title")
        markup(text_html(confirm["text"]), "dialog-text mrkdwn")
        with box("dialog-buttons"):
            _button(dialog, confirm.get("deny"), "Cancel", "deny", answer=False)
            style = confirm.get("style", "primary")
            _button(dialog, confirm.get("confirm"), "Confirm", f"confirm {style}", answer=True)
    try:
        return bool(await dialog)
    finally:
        dialog.delete()


def _button(dialog: ui.dialog, text: JSON | None, default: str, css: str, *, answer: bool) -> None:
    with box(f"button {css}", "button", type="button").on("click", lambda: dialog.submit(answer), args=[]):
        words(text["text"] if text is not None else default, "button-text", "span")
