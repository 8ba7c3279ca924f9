"""What Slack knows of people: their user groups, and their names."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.authorization import Membership
from opsbot.slack.transport.calls import CALL_ERRORS, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk import WebClient

    from opsbot.actions.ports import Waiting
    from opsbot.domain.models import Person

_log = logging.getLogger(__name__)

_GROUPS_LAST = 60.0
_FAILURE_LASTS = 5.0
_NAMES_LAST = 300.0
_PEOPLE_AT_ONCE = 200
_STILL_KNOWN = 600.0
_PATIENCE = 0.4
"""What was read so many seconds ago still tells what to offer; for what was never read somebody waits so many."""


@dataclass(frozen=True, slots=True)
class _Groups:
    of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    handles: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    until: float = 0.0
    begun: float = float("-inf")


class SlackDirectory:
    """Reads user groups in one call for all of them, at most once a minute; a failure fails closed, and is said."""

    def __init__(
        self,
        client: WebClient,
        named: frozenset[str],
        now: Callable[[], float] = time.monotonic,
        waiting: Waiting = nullcontext,
    ) -> None:
        """Read through the client; `waiting` is entered around waiting for another who reads."""
        self._waiting = waiting
        self._client = client
        self._named = named  # where no grant names a group, Slack isn't asked
        self._now = now
        self._groups = _Groups()
        self._names: dict[str, tuple[str, float]] = {}
        self._reading = threading.Lock()
        self._beginning = threading.Lock()
        self._aside: threading.Thread | None = None

    def membership(self, person: Person, *, fresh: bool = False) -> Membership:
        """Tell the user groups a person is in, by id and handle; where it has to be fresh, Slack is asked now."""
        if not self._named:
            return Membership()
        groups = self._read_since(self._now()) if fresh else self._current()
        return Membership(groups.of.get(person.id, frozenset()), groups.problem)

    def known_membership(self, person: Person) -> Membership:
        """Tell the groups as they were a short while ago; what is old is read again aside, and Slack waited for briefly."""
        if not self._named:
            return Membership()
        groups = self._known()
        return Membership(groups.of.get(person.id, frozenset()), groups.problem)

    def members(self, group: str) -> frozenset[str]:
        """Name the people in a group, by the group's id or handle; none where that can't be read."""
        return frozenset(user for user, groups in self._current().of.items() if group in groups)

    def problem(self) -> str:
        """Say why the groups can't be read, or nothing where they can."""
        return self._current().problem

    def name(self, user: str) -> str:
        """Tell what a person is called; the id where Slack won't say."""
        name, until = self._names.get(user, (user, 0.0))
        if self._now() < until:
            return name
        try:
            told = self._client.users_info(user=user).get("user") or {}
            name, lasts = str(told["name"]), _NAMES_LAST
        except (*CALL_ERRORS, KeyError) as error:
            _log.warning("the name of %s can't be read: %s", user, error_code(error))
            lasts = _FAILURE_LASTS
        self._names[user] = (name, self._now() + lasts)
        return name

    def known_name(self, user: str) -> str | None:
        """Tell what a person was called when Slack was asked last; None where it never was, or didn't say."""
        name, _ = self._names.get(user, (user, 0.0))
        return name if name != user else None

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
        return f"@{self._current().handles.get(group, group.removeprefix('@'))}"

    def _current(self) -> _Groups:
        if self._now() < self._groups.until:
            return self._groups
        with self._waiting(), self._reading:  # one reads, the others wait for what it reads
            if self._now() >= self._groups.until:
                self._groups = self._read()
            return self._groups

    def _known(self) -> _Groups:
        """Give what was read lately enough to choose by, whoever reads again meanwhile, and however long that takes."""
        groups, now = self._groups, self._now()
        if now < groups.until:
            return groups
        reading = self._read_aside()
        if now < groups.begun + _STILL_KNOWN:
            return groups
        with self._waiting():
            reading.join(_PATIENCE)
        groups = self._groups
        if self._now() < groups.begun + _STILL_KNOWN:
            return groups
        return _Groups(problem="Slack's user groups aren't read yet, so grants to groups don't count now.")

    def _read_aside(self) -> threading.Thread:
        """Have the groups read by a thread of its own, unless one is at it."""
        with self._beginning:
            if self._aside is None or not self._aside.is_alive():
                # No one waits for it at the end: Slack may have asked it to come back in a minute.
                self._aside = threading.Thread(target=self._current, name="user-groups", daemon=True)
                self._aside.start()
            return self._aside

    def _read_since(self, asked: float) -> _Groups:
        """Give what was read after it was asked for; of many who ask at once, one reads for all."""
        with self._waiting(), self._reading:
            if self._groups.begun < asked:
                self._groups = self._read()
            return self._groups

    def _read(self) -> _Groups:
        begun = self._now()
        try:
            reply = self._client.usergroups_list(include_users=True)
        except CALL_ERRORS as error:
            problem = f"Slack's user groups can't be read ({error_code(error)}), so grants to groups don't count now."
            _log.warning(problem)
            return _Groups(problem=problem, until=self._now() + _FAILURE_LASTS, begun=begun)
        of: defaultdict[str, set[str]] = defaultdict(set)
        groups = reply.get("usergroups") or ()
        for group in groups:
            for user in group.get("users") or ():
                of[user] |= {group["id"], group["handle"], f"@{group['handle']}"}
        members = {user: frozenset(names) for user, names in of.items()}
        handles = {group["id"]: group["handle"] for group in groups}
        return _Groups(members, handles, until=self._now() + _GROUPS_LAST, begun=begun)
