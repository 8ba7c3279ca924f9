"""What Slack knows of people: their user groups, their names, and whether they are people of this workspace."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opsbot.domain.authorization import Membership
from opsbot.slack.people import People
from opsbot.slack.remembering import Memory, Remembered
from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk import WebClient

    from opsbot.domain.models import Person
    from opsbot.slack.identity import Identity
    from opsbot.slack.remembering import Reading

_log = logging.getLogger(__name__)

_GROUPS_LAST = 60.0
_PEOPLE_AT_ONCE = 200
_NOT_YET = "Slack's user groups aren't read yet, so grants to groups don't count now."


@dataclass(frozen=True, slots=True)
class _Groups:
    of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)


class SlackDirectory:
    """Reads user groups in one call for all of them, and each person; a failure fails closed, and is said."""

    def __init__(
        self,
        client: WebClient,
        named: frozenset[str],
        memory: Memory | None = None,
        *,
        home: Identity | None = None,
        guests: bool = False,
        vouched: bool = False,
    ) -> None:
        """Read through the client; `named` are the groups that grants name, and `home` is who the bot is.

        With `vouched` the machine that people sit at answers for them: who Slack says nothing of is served.
        """
        memory = memory or Memory()
        self._client = client
        self._named = named  # where no grant names a group, Slack isn't asked
        self._people = People(client, memory, home, guests=guests, vouched=vouched)
        self._groups = Remembered(
            "user groups", ask=self._ask, read=_groups_of, empty=_Groups(), lasts=_GROUPS_LAST, memory=memory
        )

    def follow(self, named: frozenset[str], *, guests: bool) -> None:
        """Go by other grants from now on, which name these groups; and let guests in or not."""
        self._named, self._people.guests = named, guests

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        """Tell the user groups a person is in, by id and handle; where it has to be fresh, Slack is asked now."""
        barred, unknown = self._people.barred(person.id)
        if barred:
            return Membership(problem=unknown, barred=barred)
        if not self._named:
            return Membership()
        return _membership(person, self._groups.read_now() if fresh else self._groups.current())

    def known_membership(self, person: Person) -> Membership:
        """Tell the groups as they were a short while ago; what is old is read again aside, and Slack waited for briefly."""
        barred, unknown = self._people.barred_as_known(person.id)
        if barred:
            return Membership(problem=unknown, barred=barred)
        if not self._named:
            return Membership()
        groups = self._groups.known()
        return _membership(person, groups) if groups is not None else Membership(problem=_NOT_YET)

    def members(self, group: str) -> frozenset[str]:
        """Name the people in a group, by the group's id or handle; none where that can't be read."""
        return frozenset(user for user, groups in self._groups.current().value.of.items() if group in groups)

    def problem(self) -> str:
        """Say why the groups can't be read, or nothing where they can."""
        return _said(self._groups.current().problem)

    def name(self, user: str) -> str:
        """Tell what a person is called; the id where Slack won't say."""
        return self._people.name(user)

    def known_name(self, user: str) -> str | None:
        """Tell what a person was called when Slack was asked last; None where it never was, or didn't say."""
        return self._people.known_name(user)

    def find(self, name: str) -> str | None:
        """Find who is called so, by their id; None where nobody is, or Slack won't say."""
        try:
            for page in self._client.users_list(limit=_PEOPLE_AT_ONCE):
                for user in page.get("members") or ():
                    if user.get("name") == name:
                        return str(user["id"])
        except CALL_ERRORS as error:
            _log.warning("who is called @%s can't be read: %s", name, error_code(error))
        return None

    def handle(self, group: str) -> str:
        """Tell how a group is called, without telling its members; what it was named by where Slack won't say."""
        return f"@{self._groups.current().value.handles.get(group, group.removeprefix('@'))}"

    def _ask(self) -> list[dict[str, Any]]:
        groups = self._client.usergroups_list(include_users=True).get("usergroups") or ()
        return [
            {"id": group["id"], "handle": group["handle"], "users": list(group.get("users") or ())} for group in groups
        ]


def _membership(person: Person, groups: Reading[_Groups]) -> Membership:
    return Membership(groups.value.of.get(person.id, frozenset()), _said(groups.problem))


def _said(problem: str) -> str:
    return f"Slack's user groups can't be read ({problem}), so grants to groups don't count now." if problem else ""


def _groups_of(told: list[dict[str, Any]]) -> _Groups:
    of: defaultdict[str, set[str]] = defaultdict(set)
    for group in told:
        for user in group["users"]:
            of[user] |= {group["id"], group["handle"], f"@{group['handle']}"}
    members = {user: frozenset(names) for user, names in of.items()}
    return _Groups(members, {group["id"]: group["handle"] for group in told})
