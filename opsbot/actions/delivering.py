"""Saying what waits in a channel's line, in its order, and no oftener than Slack likes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbot.actions.voice import Voice
from opsbot.domain.deliveries import DeliveryState, Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import PublishRequest
from opsbot.domain.tracing import trace_from, traced
from opsbot.errors import GoneError, NotFoundError, NotHereError, SilencedError, StoreError, TellingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.actions.ports import Clock, Messenger
    from opsbot.actions.stores import Deliveries, NodeChanges, Requests
    from opsbot.actions.telling import Teller
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery, Message
    from opsbot.domain.models import MessageRef

_log = logging.getLogger(__name__)

_LONGEST_WAIT = 15.0
_MOST_FAULTS = 5
"""After so many tries a fault of ours is one that doesn't pass."""
_OWED = frozenset({Kind.CARD, Kind.OUTCOME, Kind.CHANGE, Kind.CHANGE_ENDED})
"""What whoever asked has to hear of, wherever."""

_BY_WATCHES = frozenset(
    {Kind.NEWS, Kind.DIGEST, Kind.NODE, Kind.WATCH_STOPPED, Kind.WATCH_TEST, Kind.TEST_ARRIVED, Kind.TEST_FAILED}
)


@dataclass(frozen=True, slots=True)
class Mouth:
    """Says what is to be said; `gap` is how many seconds lie between two posts in a channel.

    `paint` shows somebody's Home as it is to be now, by their id; `teller` tells who watches what happened.
    `wake` is told in which other channel something waits because of what was said, or couldn't be. `voice` knows whether
    Slack takes anything at all: while it doesn't, everything waits in its line.
    """

    deliveries: Deliveries
    requests: Requests
    changes: NodeChanges
    messenger: Messenger
    clock: Clock
    gap: float = 1.0
    paint: Callable[[str], None] = field(kw_only=True)
    teller: Teller = field(kw_only=True)
    wake: Callable[[str], None] = field(kw_only=True)
    voice: Voice = field(default_factory=Voice)

    def say_next(self, channel: str) -> float | None:
        """Say the next thing in the channel; gives the seconds to wait before the one after it, None at the end.

        Twice is the same as once: what an earlier try may have said is looked for before it is said again. What Slack
        put off isn't tried sooner, whoever looks at the line meanwhile.
        """
        wait = self._too_soon(channel)
        if wait > 0:
            return wait
        delivery = self.deliveries.next(channel)
        if delivery is None:
            return None
        message = delivery.message
        ids = {"delivery": delivery.id, "request": message.request, "change": message.change, "event": message.event}
        known = delivery.trace or trace_from(f"delivery-{delivery.id}")
        with traced(trace=known, **ids):
            return self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> float:
        try:
            return self._try(delivery)
        except TellingError as error:
            if isinstance(error, SilencedError):
                self.voice.lost(str(error))
            return self._after(delivery, error)
        except NotFoundError as error:
            self._settle(replace(delivery, state=DeliveryState.FAILED, problem=str(error)))
            return 0.0
        except StoreError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rest of the line isn't to wait for it for ever
            return self._after_fault(delivery, fault)

    def _try(self, delivery: Delivery) -> float:
        """Say it, or post anew what somebody deleted, and go on below that when it is time for another post."""
        try:
            said = self._say(delivery)
        except GoneError as gone:
            self._post_anew(delivery, gone)
            again_at = self.clock() + timedelta(seconds=self.gap)
            self._settle(replace(delivery, state=DeliveryState.WAITING, problem=str(gone), again_at=again_at))
            return self.gap
        if said is not None or delivery.message.kind is Kind.HOME:
            self.voice.found()
        self._settle(replace(delivery, state=DeliveryState.SENT, ref=said), self.teller.arrived(delivery, said))
        return 0.0

    def _too_soon(self, channel: str) -> float:
        """Tell how many seconds the channel's line is to wait now."""
        now = self.clock()
        last, until = self.deliveries.last_post(channel), self.deliveries.put_off(channel)
        # A clock that was put back, or another replica's, is no reason to wait longer than for the next post.
        gap = min(self.gap - (now - last).total_seconds(), self.gap) if last is not None else 0.0
        return max(gap, (until - now).total_seconds() if until is not None else 0.0)

    def _say(self, delivery: Delivery) -> MessageRef | None:
        if delivery.message.kind is Kind.HOME:
            self.paint(delivery.message.text)
            return None
        if delivery.message.kind in _BY_WATCHES:
            return self.teller.say(delivery)
        subject = self._subject(delivery.message)
        if _is_overtaken(delivery.message, subject):
            return None
        found = None
        if delivery.state is DeliveryState.SENDING and delivery.message.kind is not Kind.REPAINT:
            found = self.messenger.find(delivery, subject)
        said = found or self.messenger.say(delivery, subject)
        if delivery.message.kind in {Kind.CARD, Kind.CHANGE} and said is not None:
            self._remember(subject, said)
        return said

    def _remember(self, subject: PublishRequest | NodeChange, said: MessageRef, gone: MessageRef | None = None) -> None:
        if isinstance(subject, PublishRequest):
            self.requests.remember_card(subject.id, said, gone)
        else:
            self.changes.remember_message(subject.id, said, gone)

    def _post_anew(self, delivery: Delivery, gone: GoneError) -> None:
        """Post the card, or the message about the change, that the delivery goes below.

        Where that was done before, and still Slack finds nothing there, it is given up: raises `gone`.
        """
        if delivery.message.kind in {Kind.CARD, Kind.CHANGE} or delivery.message.kind in _BY_WATCHES:
            raise gone  # it goes below nothing, or began anew already
        subject = self._subject(delivery.message)
        is_request = isinstance(subject, PublishRequest)
        before = subject.card if isinstance(subject, PublishRequest) else subject.message
        first = replace(delivery, message=replace(delivery.message, kind=Kind.CARD if is_request else Kind.CHANGE))
        said = self.messenger.find(first, subject) if delivery.attempts > 1 else None
        if said is not None and said == before:
            raise gone
        said = said or self.messenger.say(first, subject)
        if said is not None:
            self._remember(subject, said, before)

    def _after(self, delivery: Delivery, error: TellingError) -> float:
        """Keep what became of it: said later, given up, or not known; gives the seconds to wait."""
        if error.again:
            # What may have been said stays as it is being said, so that it is looked for first.
            state = DeliveryState.SENDING if error.uncertain else DeliveryState.WAITING
            wait = error.after or min(2.0 ** min(delivery.attempts, 10), _LONGEST_WAIT)
            again_at = self.clock() + timedelta(seconds=wait)
            self._settle(replace(delivery, state=state, problem=str(error), again_at=again_at))
            return wait
        state = DeliveryState.UNCERTAIN if error.uncertain else DeliveryState.FAILED
        _log.warning("%s can't be said in %s: %s", delivery.message.kind, delivery.message.channel, error)
        instead = (*self.teller.refused(delivery, error), *self._directly(delivery, error))
        self._settle(replace(delivery, state=state, problem=str(error)), instead)
        return 0.0

    def _after_fault(self, delivery: Delivery, fault: Exception) -> float:
        """Try again what a fault of ours kept from being said, or made nobody know whether it was; at last give it up."""
        _log.exception("%s in %s can't be said", delivery.message.kind, delivery.message.channel)
        what = f"Something went wrong on my side: {type(fault).__name__}."
        return self._after(delivery, TellingError(what, again=delivery.attempts < _MOST_FAULTS, uncertain=True))

    def _directly(self, delivery: Delivery, error: TellingError) -> tuple[Message, ...]:
        """Give what lets whoever asked know, in a direct message, what nobody can see where it should have been said."""
        message = delivery.message
        if message.kind not in _OWED:
            return ()
        try:
            subject = self._subject(message)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - it may be the very fault, and then nobody knows who asked
            return ()
        who = subject.wish.requester if isinstance(subject, PublishRequest) else subject.by
        if message.channel == who.id:
            return ()
        instead = replace(message, channel=who.id)
        why = f"I'm not in <#{message.channel}>: invite me there." if isinstance(error, NotHereError) else str(error)
        if message.kind is Kind.CARD:
            instead = replace(instead, kind=Kind.CARD_REFUSED, text=why)
        if message.kind is Kind.CHANGE:
            instead = replace(instead, text=why)
        return (instead,)

    def _settle(self, delivery: Delivery, instead: tuple[Message, ...] = ()) -> None:
        self.deliveries.settle(delivery, self.clock(), instead)
        for message in instead:
            self.wake(message.channel)

    def _subject(self, message: Message) -> PublishRequest | NodeChange:
        if message.request is not None:
            return self.requests.get(message.request)
        assert message.change is not None
        return self.changes.get(message.change)


def _is_overtaken(message: Message, subject: PublishRequest | NodeChange) -> bool:
    """Tell whether another outcome waits behind this one in the line, or what somebody is to be reminded of is done."""
    if message.kind is Kind.REMINDER:
        return subject.state is not State.PENDING
    return message.kind in {Kind.OUTCOME, Kind.CHANGE_ENDED} and message.text not in {"", subject.state.value}
