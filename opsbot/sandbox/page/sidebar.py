"""The side of the page: channels with unread marks, the app, and the people that one can be."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.looks import avatar_html

if TYPE_CHECKING:
    from nicegui import ui

    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.people import Person


class Sidebar:
    """Lists where one can go and who one can be."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._buttons: dict[str, tuple[ui.element, ui.html]] = {}
        self._persons: dict[str, tuple[ui.element, ui.html]] = {}
        with box("sidebar", "nav") as sidebar:
            sidebar.props["aria-label"] = "Channels, and who you are"
            with box("workspace-name"):
                words(screen.title, "workspace-title")
                words("sandbox", "workspace-kind")
            self._places = box("places")
            with box("people"):
                words("Act as", "side-heading")
                self._people = box("people-list")
        self.refresh()

    def refresh(self) -> None:
        """Show the lists as things are now. Buttons stay where they are, since somebody may be pressing one."""
        places = self._wanted_places()
        if [channel.id for channel in places] != list(self._buttons):
            self._draw(places)
        for channel in places:
            self._update_place(channel)
        for person in self._screen.workspace.directory.humans:
            self._update_person(person)

    def _wanted_places(self) -> list[Channel]:
        workspace, viewer = self._screen.workspace, self._screen.viewer
        direct = workspace.channels.direct(viewer, workspace.app.bot_user)
        return [*(channel for channel in workspace.channels.visible_to(viewer) if channel.kind != "im"), direct]

    def _draw(self, places: list[Channel]) -> None:
        self._places.clear()
        self._buttons = {}
        with self._places:
            words("Channels", "side-heading")
            for channel in places:
                if channel.kind == "im":
                    words("Apps", "side-heading")
                self._draw_place(channel)
        self._people.clear()
        self._persons = {}
        with self._people:
            for person in self._screen.workspace.directory.humans:
                self._draw_person(person)

    def _draw_place(self, channel: Channel) -> None:
        button = box("channel", "button", type="button", data_channel=channel.id, data_name=channel.name)
        with button.on("click", lambda: self._screen.show_channel(channel.id), args=[]):
            self._buttons[channel.id] = button, markup("", "side-label", "span")

    def _draw_person(self, person: Person) -> None:
        button = box("person", "button", type="button", data_user=person.id, data_name=person.name)
        with button.on("click", lambda: self._screen.act_as(person.id), args=[]):
            self._persons[person.id] = button, markup("", "side-label", "span")

    def _update_place(self, channel: Channel) -> None:
        screen = self._screen
        button, label = self._buttons[channel.id]
        here = channel.id == screen.channel
        unread = not here and bool(screen.marks.unread(screen.viewer, channel.id))
        mentions = 0 if here else screen.marks.mentions(screen.viewer, channel.id)
        _set_class(button, "here", on=here)
        button.props["aria-current"] = "page" if here else "false"
        _set_class(button, "unread", on=unread)
        if channel.kind == "im":
            bot = screen.workspace.directory.bot
            name = f"{avatar_html(screen.workspace, bot.id, 'tiny')}<span>{escape(bot.name)}</span>"
        else:
            name = f'<span class="hash">#</span><span>{escape(channel.name)}</span>'
        label.content = name + _count_html(mentions)

    def _update_person(self, person: Person) -> None:
        screen = self._screen
        button, label = self._persons[person.id]
        me = person.id == screen.viewer
        _set_class(button, "me", on=me)
        button.props["aria-pressed"] = "true" if me else "false"
        channels = [] if me else screen.workspace.channels.visible_to(person.id)
        waiting = sum(screen.marks.mentions(person.id, channel.id) for channel in channels)
        label.content = (
            f'{avatar_html(screen.workspace, person.id, "small")}<span class="person-name">{escape(person.real_name)}'
            f'<span class="person-title">{escape(person.title)}</span></span>{_count_html(waiting)}'
        )


def _set_class(element: ui.element, name: str, *, on: bool) -> None:
    element.classes(add=name if on else "", remove="" if on else name)


def _count_html(count: int) -> str:
    return f'<span class="unread-count">{count}</span>' if count else ""
