"""The stories that one can watch, and the bar that says what happens in the one that is told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, words
from opsbot.sandbox.stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from nicegui import ui

    from opsbot.sandbox.storyteller import Storyteller

_ICONS = {"pause": "❚❚", "go": "▶", "next": "»", "stop": "✕"}


class StoryPanel:
    """Offers the stories."""

    def __init__(self, watch: Callable[[str], None]) -> None:
        with box("story-panel panel"):
            words("Stories to watch", "panel-title")
            words("Each begins with everything reset, and takes you along through other people's eyes.", "panel-about")
            for name, story in STORIES.items():
                with box("story", data_story=name):
                    words(story.title, "story-title")
                    words(story.about, "story-about")
                    button = box("button primary story-watch", "button", type="button")
                    with button.on("click", partial(watch, name), args=[]):
                        words("Watch", "button-text", "span")


class StoryBar:
    """Says what happens, how far the story is, and lets one pause, go on and stop."""

    def __init__(self, teller: Storyteller) -> None:
        self._teller = teller
        self._element = box("story-bar", "section")
        self._element.props["aria-label"] = "Story"
        with self._element:
            self._words = box("story-words")
            self._words.props["aria-live"] = "polite"
            with box("story-tools"):
                self._tool("pause", "Pause").on("click", partial(teller.pause, on=True), args=[])
                self._tool("go", "Go on").on("click", partial(teller.pause, on=False), args=[])
                self._tool("next", "Next").on("click", teller.skip, args=[])
                self._tool("stop", "Leave the story").on("click", teller.stop, args=[])
            self._progress = box("story-progress")

    def show(self) -> None:
        """Show how far the story is; nothing when none is told. Buttons stay where they are, under people's fingers."""
        scene = self._teller.scene
        self._element.classes(add="open" if scene else "", remove="" if scene else "open")
        self._words.clear()
        if scene is None:
            return
        self._element.props["data-state"] = scene.state
        self._progress.style(f"width: {100 * scene.number / scene.total:.0f}%")
        with self._words:
            words(f"{scene.title} · {scene.number} of {scene.total}", "story-name")
            words(scene.caption, "story-caption")

    def _tool(self, name: str, title: str) -> ui.element:
        button = box(f"tool story-{name}", "button", type="button", title=title)
        button.props["aria-label"] = title
        with button:
            words(_ICONS[name], tag="span")
        return button
