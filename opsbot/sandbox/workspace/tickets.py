"""What comes with an interaction and runs out: trigger ids, response URLs, Socket Mode tickets."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.clock import Clock


@dataclass(frozen=True, slots=True)
class Trigger:
    """The right to open one modal on a person's screen, for a short while; from within a modal, to push on `view`.

    `channel` is the conversation in front of which the modal will stand.
    """

    user: str
    expires: float
    view: str | None = None
    channel: str | None = None


@dataclass(slots=True)
class ResponseTicket:
    """The right to answer an interaction a few times; `message_ts` is what `replace_original` replaces."""

    channel: str
    user: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses_left: int


@dataclass(frozen=True, slots=True)
class TicketLimits:
    """How long and how often tickets are good for."""

    trigger_seconds: float = 3.0
    response_seconds: float = 30 * 60.0
    response_uses: int = 5
    socket_seconds: float = 30.0


class Tickets:
    """Gives tickets and takes them back."""

    def __init__(self, clock: Clock, limits: TicketLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._triggers: dict[str, Trigger] = {}
        self._exchanged: set[str] = set()
        self._responses: dict[str, ResponseTicket] = {}
        self._sockets: dict[str, float] = {}

    def give_trigger(self, user: str, view: str | None = None, channel: str | None = None) -> str:
        """Return a new trigger id."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, self._clock() + self._limits.trigger_seconds, view, channel)
        return trigger_id

    def exchange_trigger(self, trigger_id: str) -> Trigger:
        """Return what the trigger stands for; refuse one that is unknown, used or expired."""
        if trigger_id in self._exchanged:
            raise RefusedError("exchanged_trigger_id")
        trigger = self._triggers.pop(trigger_id, None)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        self._exchanged.add(trigger_id)
        if self._clock() > trigger.expires:
            raise RefusedError("expired_trigger_id")
        return trigger

    def give_response(self, channel: str, user: str, message_ts: str | None, thread_ts: str | None) -> str:
        """Return the secret part of a new response URL."""
        secret = secrets.token_urlsafe(18)
        expires = self._clock() + self._limits.response_seconds
        self._responses[secret] = ResponseTicket(
            channel, user, message_ts, thread_ts, expires, self._limits.response_uses
        )
        return secret

    def use_response(self, secret: str) -> ResponseTicket:
        """Use a response URL once more; refuse one that is unknown, used up or expired."""
        ticket = self._responses.get(secret)
        if ticket is None or ticket.uses_left == 0 or self._clock() > ticket.expires:
            raise RefusedError("used_url" if ticket is not None and ticket.uses_left == 0 else "expired_url")
        ticket.uses_left -= 1
        return ticket

    def response(self, secret: str) -> ResponseTicket:
        """Return the ticket behind a response URL without using it."""
        return self._responses[secret]

    def give_socket(self) -> str:
        """Return a ticket for one Socket Mode connection."""
        ticket = secrets.token_hex(16)
        self._sockets[ticket] = self._clock() + self._limits.socket_seconds
        return ticket

    def take_socket(self, ticket: str) -> bool:
        """Whether the ticket is good; it is used up by the asking."""
        expires = self._sockets.pop(ticket, None)
        return expires is not None and self._clock() <= expires
