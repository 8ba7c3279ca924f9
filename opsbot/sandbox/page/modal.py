"""The modal in front of the person, if the app opened one: a form that is filled in, submitted or closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.page.forms import FormKit
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.views import View


class Modal:
    """Shows the top of the person's stack of modals, and nothing when there is none."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._backdrop = box("modal-backdrop")
        self._errors: dict[str, ui.element] = {}

    def refresh(self) -> None:
        """Show what is in front of the person now."""
        view = self._screen.workspace.views.top(self._screen.viewer)
        self._backdrop.clear()
        self._errors.clear()
        self._backdrop.classes(add="open" if view else "", remove="" if view else "open")
        if view is not None:
            with self._backdrop:
                dialog = box("modal", role="dialog", aria_modal="true", tabindex="-1", data_view=view.id)
            dialog.props["aria-label"] = view.content["title"]["text"]
            dialog.props["data-callback-id"] = view.content.get("callback_id", "")
            with dialog:
                self._draw(view)

    def _draw(self, view: View) -> None:
        with box("modal-header", "header"):
            words(view.content["title"]["text"], "modal-title")
            self._close_button(view, "tool modal-close", "✕")
        with box("modal-body"):
            FormKit(self._screen, view, self._errors).draw(view.content["blocks"])
        with box("modal-footer", "footer"):
            self._failure = box("modal-failure")
            close = (view.content.get("close") or {}).get("text", "Cancel")
            self._close_button(view, "button modal-cancel", close)
            submit = view.content.get("submit")
            if submit is not None:
                button = box("button primary modal-submit", "button", type="button")
                with button.on("click", lambda: self._submit(view, button), args=[]):
                    words(submit["text"], "button-text", "span")

    def _close_button(self, view: View, css: str, label: str) -> None:
        with box(css, "button", type="button").on("click", lambda: self._close(view), args=[]):
            words(label, "button-text", "span")

    async def _close(self, view: View) -> None:
        try:
            await self._screen.interactions.views.close(self._screen.viewer, view.id)
        except RefusedError as refusal:
            self._screen.tell_refused(refusal)

    async def _submit(self, view: View, button: ui.element) -> None:
        button.classes(add="busy")
        try:
            submission = await self._screen.interactions.views.submit(self._screen.viewer, view.id)
        except RefusedError as refusal:
            self._screen.tell_refused(refusal)
            return
        if button.is_deleted:
            return  # another view is in its place
        button.classes(remove="busy")
        self._failure.clear()
        with self._failure:
            words(submission.failure or "", "input-error-text")
        for block_id, place in self._errors.items():
            place.clear()
            with place:
                words(submission.errors.get(block_id, ""), "input-error-text")
