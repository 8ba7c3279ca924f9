"""The inspector: what passed between Slack and the app, live, each thing to be opened; the newest few hundred."""

from __future__ import annotations

from bisect import bisect_right
from html import escape
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.mrkdwn import time_html
from opsbot.sandbox.page.traffic import Passage, passage, written

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.workspace.state import Workspace

_MOST = 300
_SLOW_SECONDS = 1.0
_FILTERS = {"all": "All", "payload": "To the app", "call": "Web API", "response": "Answers", "trouble": "Errors"}
_ARROWS = {"payload": "→", "call": "←", "response": "↩"}
_TITLES = {
    "payload": ("Sent to the app", "It acknowledged with"),
    "call": ("Arguments", "Reply"),
    "response": ("The app posted", "It was told"),
}


class Inspector:
    """A list of passages in the order in which they began."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._filter = "all"
        self._needle = ""
        self._number = 0
        self._passages: list[Passage] = []
        self._rows: list[tuple[Passage, ui.element]] = []
        self._chips: dict[str, ui.element] = {}
        with box("inspector panel"):
            with box("inspector-bar"):
                for name, label in _FILTERS.items():
                    self._chips[name] = chip = box("chip", "button", type="button", data_filter=name)
                    with chip.on("click", lambda name=name: self._choose(name), args=[]):
                        words(label, tag="span")
                search = box("field inspector-search", "input", type="search", placeholder="Find…", autocomplete="off")
                search.props["aria-label"] = "Find in what passed"
                search.on("input", self._search, js_handler="(event) => emit(event.target.value)", throttle=0.2)
            self._list = box("passages follows")

    def show(self) -> None:
        """Show all that is remembered."""
        read = [passage(number, entry) for number, entry in enumerate([*self._workspace.log][-_MOST:])]
        self._passages = sorted(read, key=_began)
        self._number = len(read)
        self._draw()

    def add(self, entry: dict[str, Any]) -> None:
        """Show one thing more, where it belongs in the order; what is oldest goes."""
        self._number += 1
        added = passage(self._number, entry)
        self._passages.insert(bisect_right(self._passages, added.began, key=_began), added)
        if len(self._passages) > _MOST:
            self._drop(self._passages.pop(0))
        if self._wants(added):
            at = bisect_right(self._rows, added.began, key=lambda row: _began(row[0]))
            row = self._draw_row(added)
            self._rows.insert(at, (added, row))
            if at < len(self._rows) - 1:
                row.move(self._list, at)

    def forget(self) -> None:
        """Show nothing: there is somebody who doesn't look any more."""
        self._passages, self._rows = [], []
        self._list.clear()

    def _choose(self, name: str) -> None:
        self._filter = name
        self._draw()

    def _search(self, event: Any) -> None:
        self._needle = str(event.args).strip()
        self._draw()

    def _wants(self, passed: Passage) -> bool:
        kind = self._filter == "all" or (
            bool(passed.trouble) if self._filter == "trouble" else passed.group == self._filter
        )
        return kind and passed.holds(self._needle)

    def _named(self, passed: Passage) -> str:
        """Call the channel or the person that a call is about by name."""
        about, workspace = passed.about, self._workspace
        if passed.group != "call":
            return about
        channel, person = workspace.channels.find(about), workspace.directory.find(about)
        if channel is not None:
            return f"#{channel.name}" if channel.name else "a direct message"
        return f"@{person.name}" if person is not None else about

    def _drop(self, passed: Passage) -> None:
        if self._rows and self._rows[0][0] is passed:
            self._rows.pop(0)[1].delete()

    def _draw(self) -> None:
        for name, chip in self._chips.items():
            chip.classes(add="here" if name == self._filter else "", remove="" if name == self._filter else "here")
        self._list.clear()
        self._rows = [(each, self._draw_row(each)) for each in self._passages if self._wants(each)]

    def _draw_row(self, passed: Passage) -> ui.element:
        with self._list:
            row = box(f"passage {passed.group}", "details", data_name=passed.name, data_group=passed.group)
        if passed.trouble:
            row.classes(add="trouble")
        slow = " slow" if passed.seconds > _SLOW_SECONDS else ""
        with row:
            markup(
                f'<span class="passage-arrow" aria-hidden="true">{_ARROWS[passed.group]}</span>'
                f'<span class="passage-name">{escape(passed.name)}</span>'
                f'<span class="passage-about">{escape(passed.trouble or self._named(passed))}</span>'
                f'<span class="passage-time{slow}">{_duration(passed.seconds)}</span>',
                "passage-line",
                "summary",
            )
            inside = box("passage-inside")

        def fill() -> None:
            if inside.default_slot.children:
                return
            with inside:
                _draw_inside(passed)

        row.on("toggle", fill, js_handler="(event) => { if (event.target.open) emit(); }")
        return row


def _began(passed: Passage) -> float:
    return passed.began


def _draw_inside(passed: Passage) -> None:
    asked, answered = _TITLES[passed.group]
    markup(time_html(passed.began, "{time_secs}") + f" · took {_duration(passed.seconds)}", "passage-when")
    for title, value in ((asked, passed.asked), (answered, passed.answered)):
        words(title, "passage-title")
        words(written(value) if value not in ({}, "") else "nothing", "passage-json", "pre")


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "<1 ms"  # noqa: PLR2004 - units
