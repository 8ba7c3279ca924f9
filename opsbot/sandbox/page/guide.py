"""The first steps: the main job, a click for each, for whoever opens the page before anything was said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, markup, words

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.screen import Screen

_WHO, _OTHER, _WHERE = "maya", "omar", "ml-ops"
_APPROVE = "approve_request"
_TOLD_APART = 3
"""A command, its verb and the service: which version it is about is up to people, but without one a form opens."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What it is for, what is typed at it, and what one sees then. Without something to type, one becomes another."""

    title: str
    types: str
    after: str

    def is_done_by(self, text: str) -> bool:
        said, own = text.split(), self.types.split()
        return bool(own) and len(said) >= len(own) and said[:_TOLD_APART] == own[:_TOLD_APART]


_STEPS = (
    _Step(
        "See what there is",
        "/apid packages FRAUD/scoring",
        "The answer stands in the channel; what it lists is in its thread.",
    ),
    _Step(
        "Make a package",
        "/apid package FRAUD/scoring v5",
        "The package holds the service as it is now. Nobody calls it yet.",
    ),
    _Step(
        "Ask to publish it",
        "/apid publish FRAUD/scoring v5",
        "There is a card for it. You asked, so you can't be the one who says yes.",
    ),
    _Step("Approve as somebody else", "", "You are Omar now. Press Approve on the card."),
)
_BEGIN = "Each click types for Maya, who looks after a fraud score; typing it yourself is as good."
_END = "Published: two people were in on it, and the card says who. The rest is in /apid help, and behind </> above."


class Guide:
    """Leads through the steps, and notices those that are done by hand."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._done: set[int] = set()
        self._asker = ""
        self._rows: list[ui.element] = []
        self._element = box("guide", "section")
        self._element.props["aria-label"] = "First steps"
        with self._element:
            with box("guide-head"):
                words("First steps", "guide-title", "h2")
                self._hint = box("guide-hint", role="status")
                with box("tool close-guide", "button", type="button", title="Close the first steps").on(
                    "click", self.close, args=[]
                ):
                    markup("✕", tag="span")
            with box("guide-steps", "ol"):
                for number, step in enumerate(_STEPS):
                    self._draw_step(number, step)

    def begin(self) -> None:
        """Show the steps, none of them done."""
        self._done.clear()
        self._element.classes(add="open")
        self._show(_BEGIN)

    def close(self) -> None:
        """Show nothing."""
        self._element.classes(remove="open")

    def sent(self, text: str) -> None:
        """Notice what was typed."""
        for number, step in enumerate(_STEPS):
            if number not in self._done and step.is_done_by(text):
                self._asker = self._screen.viewer
                self._finish(number)

    def used(self, action_id: str) -> None:
        """Notice what was clicked: an approval, by who didn't ask."""
        if action_id == _APPROVE and self._asker not in ("", self._screen.viewer):
            self._finish(len(_STEPS) - 1)

    def _draw_step(self, number: int, step: _Step) -> None:
        with box("guide-step", "li", data_step=str(number + 1)) as row:
            self._rows.append(row)
            with box("guide-do", "button", type="button").on("click", partial(self._take, number), args=[]):
                words(str(number + 1), "guide-number", "span")
                with box("guide-words", "span"):
                    words(step.title, "guide-what", "span")
                    words(step.types or "Become Omar, an approver", "guide-types", "span")

    async def _take(self, number: int) -> None:
        step, directory = _STEPS[number], self._screen.workspace.directory
        who = directory.get(_WHO if step.types else _OTHER).id
        if (self._screen.viewer, self._screen.place.name) != (who, _WHERE):
            self._screen.look(who, _WHERE, None)
        if step.types:
            await self._screen.send(step.types, in_thread=False)
        else:
            self._show(step.after)

    def _finish(self, number: int) -> None:
        self._done.add(number)
        self._show(_END if number == len(_STEPS) - 1 else _STEPS[number].after)

    def _show(self, hint: str) -> None:
        first = next((number for number in range(len(_STEPS)) if number not in self._done), None)
        for number, row in enumerate(self._rows):
            row.classes(add="done" if number in self._done else "", remove="" if number in self._done else "done")
            row.classes(add="now" if number == first else "", remove="" if number == first else "now")
            row.props["aria-current"] = "step" if number == first else "false"
        self._hint.clear()
        with self._hint:
            words(hint, tag="span")
