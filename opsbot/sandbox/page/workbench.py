"""What stands beside the chat for who wants to look behind it: the inspector, the node, the stories, and starting over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.inspector import Inspector
from opsbot.sandbox.page.node_panel import NodePanel
from opsbot.sandbox.page.story_panel import StoryBar, StoryPanel

if TYPE_CHECKING:
    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.storyteller import Storyteller, View

_WRENCH = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" '
    'stroke-linejoin="round"><path d="M8 7 3.5 12 8 17M16 7l4.5 5L16 17M13.6 4.8l-3.2 14.4"/></svg>'
)
_AROUND = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" '
    'stroke-linejoin="round"><path d="M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.3 4.2v3.6h3.6"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a whole sandbox has behind its workspace: the node and the app, and who tells stories with them."""

    backstage: Backstage
    teller: Storyteller


class Workbench:
    """A pane with a tab for each; closed, it costs nothing."""

    def __init__(self, screen: Screen, behind: Behind | None) -> None:
        self._screen = screen
        self._behind = behind
        self._tab: str | None = None
        self._followed: View | None = None
        self._element = box("workbench", "aside")
        self._element.props["aria-label"] = "Behind the scenes"
        with self._element:
            with box("workbench-header", "header"):
                self._tabs = {"traffic": self._draw_tab("traffic", "Traffic")}
                if behind is not None:
                    self._tabs |= {
                        "node": self._draw_tab("node", "Node"),
                        "stories": self._draw_tab("stories", "Stories"),
                    }
                box("workbench-space")
                close = box("tool close-workbench", "button", type="button", title="Close")
                with close.on("click", partial(self.open, None), args=[]):
                    markup("✕", tag="span")
            self._inspector = Inspector(screen.workspace)
            self._node = NodePanel(behind.backstage) if behind is not None else None
            if behind is not None:
                StoryPanel(self._watch)
        self._bar = StoryBar(behind.teller) if behind is not None else None
        self._veil = box("veil", role="status")
        with self._veil:
            words("Starting over: the workspace, the node, and the bot with a new database…", "veil-words")

    def draw_tools(self) -> None:
        """Draw the buttons that open it, and the one that resets everything, where the next elements would stand."""
        look = box("tool open-workbench", "button", type="button", title="Behind the scenes: traffic, node, stories")
        with look.on("click", self._toggle, args=[]):
            markup(_WRENCH, tag="span")
        again = box("tool start-over", "button", type="button", title="Reset everything: workspace, node and bot")
        with again.on("click", self._start_over, args=[]):
            markup(_AROUND, tag="span")

    def open(self, tab: str | None) -> None:
        """Show a tab, or nothing."""
        self._tab = tab
        for name in ("traffic", "node", "stories"):
            self._element.classes(add=f"at-{name}" if name == tab else "", remove="" if name == tab else f"at-{name}")
            if name in self._tabs:
                self._tabs[name].classes(add="here" if name == tab else "", remove="" if name == tab else "here")
        if tab == "traffic":
            self._inspector.show()
        else:
            self._inspector.forget()
        self.refresh()

    def log(self, entry: dict[str, Any]) -> None:
        """Show what passed, if somebody looks."""
        if self._tab == "traffic":
            self._inspector.add(entry)

    def clear(self) -> None:
        """Show that nothing passed yet."""
        if self._tab == "traffic":
            self._inspector.show()

    def refresh(self) -> None:
        """Show how things are behind the workspace, and look where the story looks."""
        if self._behind is None or self._node is None or self._bar is None:
            return
        resetting, scene = self._behind.backstage.is_resetting, self._behind.teller.scene
        self._veil.classes(add="open" if resetting else "", remove="" if resetting else "open")
        self._bar.show()
        if self._tab == "node":
            self._node.show()
        view = scene.view if scene is not None and scene.is_on else None
        if view is not None and view != self._followed:
            self._screen.look(view.who, view.where, view.thread)
        self._followed = view

    def _draw_tab(self, name: str, label: str) -> Any:
        tab = box("tab", "button", type="button", data_tab=name)
        with tab.on("click", partial(self.open, name), args=[]):
            words(label, tag="span")
        return tab

    def _toggle(self) -> None:
        self.open(None if self._tab is not None else "traffic")

    def _watch(self, story: str) -> None:
        """Have a story told, with the whole window to see it in."""
        if self._behind is not None:
            self.open(None)
            self._behind.teller.tell(story)

    async def _start_over(self) -> None:
        if self._behind is None:
            self._screen.workspace.reset()
            return
        self._behind.teller.stop()
        await self._behind.backstage.reset(self._screen.workspace)
