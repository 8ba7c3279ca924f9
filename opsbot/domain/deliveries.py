"""What is to be said in Slack without being the direct answer to a command, kept until it was said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.audit import Entry
    from opsbot.domain.models import MessageRef
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.watching import Event


class Kind(StrEnum):
    """What a delivery says; the words are made when it is sent, from what is true then."""

    CARD = "card"
    """The card of a request, posted."""
    REPAINT = "repaint"
    """The card of a request, or the message of a change, as it is now."""
    VOTED = "voted"
    """In the card's thread: who said yes, and what is still missing."""
    HELD = "held"
    """In the card's thread: why an approved request waits."""
    REMINDER = "reminder"
    """In the card's thread: somebody should decide."""
    OUTCOME = "outcome"
    """In the card's thread: what became of the request, if that is still the state which the text names."""
    REVIEW = "review"
    """In the card's thread: a break-glass publish waits for its review, or was reviewed."""
    CARD_REFUSED = "card_refused"
    """To the requester, directly: the card could not be posted."""
    CHANGE = "change"
    """Where a change of a node was asked for: what is being done, and later what became of it; posted."""
    CHANGE_ENDED = "change_ended"
    """To who asked for a change: what became of it, if that is still the state which the text names."""
    NEWS = "news"
    """To whoever watches a service: an event, in the thread that is the story of its version."""
    NODE = "node"
    """To whoever watches something on a node: it doesn't answer, or does again, as the text says."""
    WATCH_STOPPED = "watch_stopped"
    """To who set a watch, directly: nothing can be told by it any more, and the text says why."""
    DIGEST = "digest"
    """To whoever watches weekly: the figures of the week, though nothing happened in it."""
    WATCH_TEST = "watch_test"
    """To whoever hears by a watch: a test, which the person whom the text names asked for; it is no news."""
    TEST_ARRIVED = "test_arrived"
    """To who asked for a test, directly: it was said, and the text is the message's address."""
    TEST_FAILED = "test_failed"
    """To who asked for a test, directly: it can't be said, and the text says why."""
    HOME = "home"
    """In the line of all Homes: the Home of whom the text names, as it is to be shown now."""


HOMES = "homes"
"""The line of all Homes, which is no channel: Slack counts the Homes of a workspace together, too."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    JOINED = "joined"
    """It is told by another one, which its text names: they are many at once."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say about a request, a change of a node or an event, in a channel or to a person.

    `text` is what none of them tells. `watch` is by which watch an event is told; `not_before` is until when it is held back.
    """

    kind: Kind
    channel: str
    request: int | None = None
    change: int | None = None
    text: str = ""
    event: int | None = None
    watch: int | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in its channel's line; lower ids go first. `ref` is where it was said, `again_at` when it is tried again.

    `trace` is the id of what caused it.
    """

    id: int
    message: Message
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    problem: str = ""
    ref: MessageRef | None = None
    again_at: datetime | None = None
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery as people may look it up later: what became of it, and what it is about.

    `what` is what happened or was asked for, where it is about a service; `link` leads to the message.
    """

    delivery: Delivery
    created_at: datetime
    tried_at: datetime | None = None
    sent_at: datetime | None = None
    service: ServiceRef | None = None
    version: str = ""
    what: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """What is kept together with a change, all or nothing: its audit entry, what is to be said, and what happened.

    Of an event that is known already nothing more is told; of one that is new, whoever watches hears.
    """

    entry: Entry
    messages: tuple[Message, ...] = ()
    events: tuple[Event, ...] = ()
