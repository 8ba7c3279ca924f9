"""What one browser tab shows: as whom, which channel, which thread. It follows the workspace as it changes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, assert_never

from nicegui import ui

from opsbot.sandbox.page.announcer import Announcer
from opsbot.sandbox.page.composer import Composer
from opsbot.sandbox.page.elements import box, markup, void, words
from opsbot.sandbox.page.guide import Guide
from opsbot.sandbox.page.header import Header
from opsbot.sandbox.page.home import Home
from opsbot.sandbox.page.modal import Modal
from opsbot.sandbox.page.sidebar import Sidebar
from opsbot.sandbox.page.timeline import Timeline
from opsbot.sandbox.page.workbench import Workbench
from opsbot.sandbox.workspace.delivery import Unanswered
from opsbot.sandbox.workspace.feed import (
    Change,
    MembershipChanged,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    TrafficLogged,
    ViewChanged,
    ViewClosed,
    WorkspaceReset,
)
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.page.unread import ReadMarks
    from opsbot.sandbox.page.workbench import Behind
    from opsbot.sandbox.workspace.acting import Outcome
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.controls import Use
    from opsbot.sandbox.workspace.interactions import Interactions
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]


class Screen:
    """One tab of the page."""

    def __init__(
        self,
        workspace: Workspace,
        interactions: Interactions,
        marks: ReadMarks,
        title: str,
        behind: Behind | None = None,
    ) -> None:
        self.workspace = workspace
        self.marks = marks
        self.title = title
        self.viewer = workspace.directory.humans[0].id
        self.channel = workspace.channels.all()[0].id
        self.thread: str | None = None
        self.interactions = interactions
        self._behind = behind
        with box("chat"):
            self._sidebar = Sidebar(self)
            self._main = box("main", "main")
            with self._main:
                self._header = Header(self)
                self._home = Home(self)
                self._timeline = Timeline(self)
                self._guide = Guide(self)
                self._composer = Composer(self)
            self._thread_pane = box("thread-pane", "aside")
            with self._thread_pane:
                with box("thread-header", "header"):
                    self._thread_title = box("thread-title")
                    with box("tool close-thread", "button", type="button", title="Close").on(
                        "click", self.close_thread, args=[]
                    ):
                        markup("✕", tag="span")
                self._thread_timeline = Timeline(self, in_thread=True)
                self._thread_composer = Composer(self, in_thread=True)
            self._workbench = Workbench(self, behind)
        with self._header.tools:
            self._workbench.draw_tools()
        self.layer = box("layer")
        self._announcer = Announcer(self)
        self._modal = Modal(self)

    def start(self, user: str | None, channel: str | None, thread: str | None) -> None:
        """Show what was asked for, as far as it is there, and follow the workspace until the tab is gone."""
        person = self.workspace.directory.find(user) if user is not None else None
        place = self.workspace.channels.find(channel) if channel is not None else None
        self.viewer = person.id if person is not None and not person.is_bot else self.viewer
        self.channel = place.id if place is not None else self.channel
        self.thread = thread if self.workspace.messages.find(self.channel, thread or "") is not None else None
        loop = asyncio.get_running_loop()
        # Drawn after the call that made the change, which it must neither slow nor break.
        unsubscribe = self.workspace.subscribe(lambda change: void(loop.call_soon(self.on_change, change)))
        ui.context.client.on_delete(unsubscribe)
        self._show()
        if self._behind is not None:
            refresh = self._workbench.refresh
            ui.context.client.on_delete(self._behind.backstage.subscribe(lambda: void(loop.call_soon(refresh))))
            self._behind.teller.open()
            self._workbench.refresh()
            if not any(self.workspace.messages.of(place.id) for place in self.workspace.channels.all()):
                self._guide.begin()

    def act_as(self, user: str) -> None:
        """Be somebody else, in the same place if they can be there."""
        in_direct = self.place.kind == "im"
        self.viewer = user
        if in_direct:
            self.show_channel(self.workspace.channels.direct(user, self.workspace.app.bot_user).id)
        elif self.place not in self.workspace.channels.visible_to(user):
            self.show_channel(self.workspace.channels.all()[0].id)
        else:
            self._show()

    def show_channel(self, channel: str) -> None:
        """Go to another channel."""
        self._go(channel)
        self._composer.focus()

    def look(self, user: str, channel: str, thread: str | None) -> None:
        """See a channel, and perhaps a thread of it, through somebody's eyes."""
        self.viewer = self.workspace.directory.get(user).id
        self._go(self.workspace.channels.get(channel).id, thread)

    def open_thread(self, ts: str) -> None:
        """Show the thread of a message beside the channel."""
        self.thread = ts
        self._show_thread()
        self._thread_composer.focus()

    def close_thread(self) -> None:
        """Show the channel alone."""
        self.thread = None
        self._show_thread()

    async def show_home(self, *, on: bool) -> None:
        """In the conversation with the app, show its Home or the messages."""
        self._main.classes(add="at-home" if on else "", remove="" if on else "at-home")
        self._header.at_home = on
        self._header.refresh()
        await self.interactions.views.open_home(self.viewer, "home" if on else "messages")

    async def send(self, text: str, *, in_thread: bool) -> None:
        """Do what was typed: a command if it starts with a slash, else a message."""
        self._guide.sent(text)
        thread_ts = self.thread if in_thread else None
        try:
            if text.startswith("/"):
                command, rest = (*text.split(maxsplit=1), "")[:2]
                await self.interactions.command(self.channel, self.viewer, command, rest, thread_ts=thread_ts)
            else:
                self.interactions.say(self.channel, self.viewer, text, thread_ts=thread_ts)
        except RefusedError as refusal:
            self.tell_refused(refusal)

    async def act(self, message: Message, use: Use) -> None:
        """Use a control of a message."""
        self._guide.used(use.action_id)
        try:
            self.tell_unanswered(await self.interactions.act(message.channel, self.viewer, message.ts, use))
        except RefusedError as refusal:
            self.tell_refused(refusal)

    async def options(self, message: Message, use: Use) -> list[JSON]:
        """Ask the app what a select of a message offers for what was typed."""
        try:
            return await self.interactions.options(message.channel, self.viewer, message.ts, use)
        except RefusedError as refusal:
            self.tell_refused(refusal)
            return []

    async def use_shortcut(self, callback_id: str, message: Message | None = None) -> None:
        """Use a shortcut of the app, on a message or where the person is."""
        try:
            if message is None:
                outcome = await self.interactions.shortcut(self.viewer, callback_id, self.channel)
            else:
                where = (message.channel, self.viewer, message.ts)
                outcome = await self.interactions.message_shortcut(*where, callback_id)
            self.tell_unanswered(outcome)
        except RefusedError as refusal:
            self.tell_refused(refusal)

    def tell_refused(self, refusal: RefusedError) -> None:
        """Tell the person why nothing happened."""
        with self.layer:
            ui.notify(f"Refused: {refusal.code}", type="negative", position="top")

    def tell_unanswered(self, outcome: Outcome) -> None:
        """Tell the person if the app didn't say that it heard."""
        if isinstance(outcome.answer, Unanswered):
            with self.layer:
                ui.notify(f"The app did not respond ({outcome.answer.error}).", type="warning", position="top")

    def on_change(self, change: Change) -> None:
        """Show what changed in the workspace, where it concerns this tab."""
        match change:
            case MessageChanged(message, edited=False):
                self._timeline.touch(message)
                self._thread_timeline.touch(message)
            case MessagePosted(message) | MessageChanged(message):
                self._put(message)
                self._announcer.tell(change)
            case MessageDeleted(message):
                self._timeline.drop(message.ts)
                self._thread_timeline.drop(message.ts)
            case MembershipChanged():
                self._header.refresh()
                self._sidebar.refresh()
            case ViewChanged(view) | ViewClosed(view):
                if view.user == self.viewer:
                    (self._home if view.kind == "home" else self._modal).refresh()
            case TrafficLogged(entry):
                self._workbench.log(entry)
            case WorkspaceReset():
                self._begin_anew()
            case _:
                assert_never(change)

    @property
    def place(self) -> Channel:
        """The channel that is shown."""
        return self.workspace.channels.get(self.channel)

    @property
    def place_name(self) -> str:
        """What the channel is called, or with whom the conversation is."""
        return self.workspace.directory.bot.name if self.place.kind == "im" else f"#{self.place.name}"

    def _begin_anew(self) -> None:
        self.marks.clear()
        self._workbench.clear()
        if self._behind is not None:
            self._guide.begin()
        there = self.workspace.channels.find(self.channel) is not None
        self._go(self.channel if there else self.workspace.channels.all()[0].id)

    def _go(self, channel: str, thread: str | None = None) -> None:
        self.channel = channel
        self.thread = thread
        self._header.at_home = False
        self._main.classes(remove="at-home")
        self._show()

    def _put(self, message: Message) -> None:
        if message.channel != self.channel:
            self._sidebar.refresh()
            return
        if message.is_visible_to(self.viewer):
            if _stands_in_channel(message):
                self._timeline.put(message)
            if self.thread is not None and self.thread in (message.ts, message.thread_ts):
                self._thread_timeline.put(message)
                self._show_thread_title()
        self.marks.read(self.viewer, self.channel)
        if message.is_ephemeral or "<@" in message.text:
            self._sidebar.refresh()

    def _show(self) -> None:
        self.marks.read(self.viewer, self.channel)
        self._sidebar.refresh()
        self._header.refresh()
        self._home.refresh()
        self._modal.refresh()
        seen = [m for m in self.workspace.messages.of(self.channel) if m.is_visible_to(self.viewer)]
        self._timeline.show([message for message in seen if _stands_in_channel(message)])
        self._composer.set_hint(f"Message {self.place_name}")
        self._show_thread()

    def _show_thread(self) -> None:
        self._thread_pane.classes(add="open" if self.thread else "", remove="" if self.thread else "open")
        if self.thread is None:
            self._thread_timeline.show([])
            return
        parent = self.workspace.messages.find(self.channel, self.thread)
        replies = self.workspace.messages.replies(self.channel, self.thread)
        seen = [reply for reply in replies if reply.is_visible_to(self.viewer)]
        self._thread_timeline.show([parent, *seen] if parent is not None else seen)
        self._thread_composer.set_hint("Reply…")
        self._show_thread_title()

    def _show_thread_title(self) -> None:
        self._thread_title.clear()
        with self._thread_title:
            words("Thread", "thread-word", "span")
            words(self.place_name, "thread-place", "span")


def _stands_in_channel(message: Message) -> bool:
    return message.thread_ts is None or message.broadcast
