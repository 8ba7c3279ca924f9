"""The side of the page: channels with unread marks, the app, and the people that one can be."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.page.looks import avatar_html

if TYPE_CHECKING:
    from opsbot.sandbox.page.screen import Screen
    from opsbot.sandbox.workspace.channels import Channel
    from opsbot.sandbox.workspace.people import Person


class Sidebar:
    """Lists where one can go and who one can be."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        with box("sidebar", "nav"):
            with box("workspace-name"):
                words(screen.title, "workspace-title")
                words("sandbox", "workspace-kind")
            self._places = box("places")
            with box("people"):
                words("Act as", "side-heading")
                self._people = box("people-list")
        self.refresh()

    def refresh(self) -> None:
        """Draw the lists as things are now."""
        screen = self._screen
        bot = screen.workspace.app.bot_user
        direct = screen.workspace.channels.direct(screen.viewer, bot)
        self._places.clear()
        with self._places:
            words("Channels", "side-heading")
            for channel in screen.workspace.channels.visible_to(screen.viewer):
                if channel.kind != "im":
                    self._place(channel, f'<span class="hash">#</span><span>{escape(channel.name)}</span>')
            words("Apps", "side-heading")
            name = escape(screen.workspace.directory.bot.name)
            self._place(direct, f"{avatar_html(screen.workspace, bot, 'tiny')}<span>{name}</span>")
        self._people.clear()
        with self._people:
            for person in screen.workspace.directory.humans:
                self._person(person)

    def _place(self, channel: Channel, label: str) -> None:
        screen = self._screen
        here = channel.id == screen.channel
        unread = [] if here else screen.marks.unread(screen.viewer, channel.id)
        mentions = 0 if here else screen.marks.mentions(screen.viewer, channel.id)
        css = "channel" + (" here" if here else "") + (" unread" if unread else "")
        button = box(css, "button", type="button", data_channel=channel.id, data_name=channel.name)
        badge = f'<span class="unread-count">{mentions}</span>' if mentions else ""
        with button.on("click", lambda: screen.show_channel(channel.id), args=[]):
            markup(label + badge, "side-label", "span")

    def _person(self, person: Person) -> None:
        screen = self._screen
        css = "person" + (" me" if person.id == screen.viewer else "")
        button = box(css, "button", type="button", data_user=person.id, data_name=person.name)
        waiting = 0 if person.id == screen.viewer else self._waiting(person)
        badge = f'<span class="unread-count">{waiting}</span>' if waiting else ""
        inner = (
            f'{avatar_html(screen.workspace, person.id, "small")}<span class="person-name">{escape(person.real_name)}'
            f'<span class="person-title">{escape(person.title)}</span></span>{badge}'
        )
        with button.on("click", lambda: screen.act_as(person.id), args=[]):
            markup(inner, "side-label", "span")

    def _waiting(self, person: Person) -> int:
        channels = self._screen.workspace.channels.visible_to(person.id)
        return sum(self._screen.marks.mentions(person.id, channel.id) for channel in channels)
