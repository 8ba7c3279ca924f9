"""Who is in the workspace: people, the app's bot, user groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can act, or the app's bot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/Paris"
    is_bot: bool = False
    deleted: bool = False
    is_guest: bool = False
    team: str = ""
    """Another workspace's, if it is one's; that is who meets in a channel that two share."""


@dataclass(frozen=True, slots=True)
class UserGroup:
    """People who are mentioned together, as `@handle`."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...] = ()


class Directory:
    """Finds people and groups by id or name."""

    def __init__(self, people: Iterable[Person], groups: Iterable[UserGroup], bot: Person) -> None:
        self.bot = bot
        self._slackbot = Person(SLACKBOT, "slackbot", "Slackbot", is_bot=True)
        self._people = {person.id: person for person in [*people, bot]}
        self._groups = {group.id: group for group in groups}

    @property
    def people(self) -> list[Person]:
        """Everybody, the bot last."""
        return list(self._people.values())

    @property
    def humans(self) -> list[Person]:
        """Everybody whom one can act as."""
        return [person for person in self._people.values() if not person.is_bot]

    @property
    def groups(self) -> list[UserGroup]:
        """The user groups."""
        return list(self._groups.values())

    def find(self, id_or_name: str) -> Person | None:
        """Return who has this id or name (with or without `@`), if anyone."""
        if id_or_name == SLACKBOT:
            return self._slackbot
        wanted = id_or_name.removeprefix("@").lower()
        named = (person for person in self._people.values() if person.name.lower() == wanted)
        return self._people.get(id_or_name) or next(named, None)

    def get(self, id_or_name: str) -> Person:
        """Return who has this id or name, or refuse with `user_not_found`."""
        person = self.find(id_or_name)
        if person is None:
            raise RefusedError("user_not_found")
        return person

    def group(self, id_or_handle: str) -> UserGroup | None:
        """Return the user group of this id or handle, if any."""
        handle = id_or_handle.removeprefix("@").lower()
        named = (group for group in self._groups.values() if group.handle.lower() == handle)
        return self._groups.get(id_or_handle) or next(named, None)
