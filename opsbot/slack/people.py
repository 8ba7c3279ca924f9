"""Who people are in Slack: what they are called, and whether opsbot does anything for them at all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opsbot.slack.remembering import Memory, Remembered

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from opsbot.slack.identity import Identity

_LASTS = 300.0
_MOST = 10_000
_TOLD = ("name", "deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "team_id")

GONE = "Your Slack account is deactivated, so I do nothing for it. Whoever administers this workspace can activate it again."
A_BOT = "I do nothing for other bots."
ELSEWHERE = "You belong to another workspace, and I serve the people of mine only. Ask one of them to do it for you."
A_GUEST = (
    "You are a guest in this workspace, and I do nothing for guests unless whoever runs me allows it. "
    "Ask them, or have a member of the workspace do it for you."
)


@dataclass(frozen=True, slots=True)
class Account:
    """What Slack tells of one person."""

    name: str = ""
    gone: bool = False
    bot: bool = False
    guest: bool = False
    stranger: bool = False
    team: str = ""
    enterprise: str = ""


class People:
    """Asks Slack for a person once in five minutes, and fails closed."""

    def __init__(
        self, client: WebClient, memory: Memory, home: Identity | None, *, guests: bool, vouched: bool
    ) -> None:
        """Serve the people of the workspace that is `home`, and its guests if they are let in.

        With `vouched` somebody else answers for who they are: they are served where Slack says nothing of them.
        """
        self._client = client
        self._memory = memory
        self._home = home
        self._known: OrderedDict[str, Remembered[Account]] = OrderedDict()
        self._lock = threading.Lock()
        self.guests = guests
        self._vouched = vouched

    def name(self, user: str) -> str:
        """Tell what a person is called; the id where Slack won't say."""
        return self._of(user).current().value.name or user

    def known_name(self, user: str) -> str | None:
        """Tell what a person was called when that was last read; None where it never was. Nobody is asked."""
        with self._lock:
            known = self._known.get(user)
        return (known.last().name or None) if known is not None else None

    def barred(self, user: str) -> tuple[str, str]:
        """Say why nothing is done for the person, and what keeps that from being known; nothing and nothing if it is."""
        reading = self._of(user).current()
        return self._judged(reading.value, reading.problem)

    def barred_as_known(self, user: str) -> tuple[str, str]:
        """Say the same by what was known some minutes ago, in no time."""
        reading = self._of(user).known()
        return (
            self._judged(reading.value, reading.problem) if reading is not None else self._judged(Account(), "silence")
        )

    def _judged(self, account: Account, problem: str) -> tuple[str, str]:
        if problem and self._vouched:
            return "", ""
        if problem:
            said = (
                f"Slack doesn't tell me who you are just now ({problem}), so no grant of yours counts. Try again soon."
            )
            return said, said
        return self._objection(account), ""

    def _objection(self, account: Account) -> str:
        home = self._home
        if account.gone:
            return GONE
        if account.bot:
            return A_BOT
        if account.stranger or (home is not None and not home.is_of(account.team, account.enterprise)):
            return ELSEWHERE
        return A_GUEST if account.guest and not self.guests else ""

    def _of(self, user: str) -> Remembered[Account]:
        with self._lock:
            known = self._known.get(user)
            if known is None:
                known = self._known[user] = Remembered(
                    f"user:{user}",
                    ask=lambda: self._ask(user),
                    read=_account,
                    empty=Account(),
                    lasts=_LASTS,
                    memory=self._memory,
                )
                if len(self._known) > _MOST:
                    self._known.popitem(last=False)
            self._known.move_to_end(user)
            return known

    def _ask(self, user: str) -> dict[str, Any]:
        told = self._client.users_info(user=user)["user"]
        known = {name: told[name] for name in _TOLD if name in told}
        return {**known, "enterprise_id": (told.get("enterprise_user") or {}).get("enterprise_id", "")}


def _account(told: dict[str, Any]) -> Account:
    return Account(
        name=str(told["name"]),
        gone=bool(told.get("deleted")),
        bot=bool(told.get("is_bot")),
        guest=bool(told.get("is_restricted") or told.get("is_ultra_restricted")),
        stranger=bool(told.get("is_stranger")),
        team=str(told.get("team_id") or ""),
        enterprise=str(told.get("enterprise_id") or ""),
    )
