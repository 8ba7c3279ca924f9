"""A line of deliveries in memory, a Slack that fails as it is told to, and the mouth between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from opsbot.actions.delivering import Mouth
from opsbot.actions.telling import Teller
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message
from opsbot.domain.models import MessageRef, PublishRequest
from opsbot.errors import TellingError
from tests.builders import CHANNEL
from tests.fake_slack import FakeNewsroom
from tests.fakes import FakeEvents, Scene

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.actions.stores import DeliveryQuery
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Told


UNSAID = {DeliveryState.WAITING, DeliveryState.SENDING}


class DiedError(BaseException):
    """The process died: nobody gets to do anything about that."""


class Line:
    """Deliveries in a list, as the store keeps them."""

    def __init__(self, *messages: Message) -> None:
        self.kept = [Delivery(number, message) for number, message in enumerate(messages, 1)]
        self.posted: datetime | None = None

    def next(self, channel: str) -> Delivery | None:
        found = next((each for each in self.kept if each.message.channel == channel and each.state in UNSAID), None)
        if found is None:
            return None
        taken = replace(found, attempts=found.attempts + 1)
        self.kept[found.id - 1] = replace(taken, state=DeliveryState.SENDING, again_at=None)
        return taken

    def last_post(self, channel: str) -> datetime | None:
        return self.posted

    def put_off(self, channel: str) -> datetime | None:
        here = (each for each in self.kept if each.message.channel == channel and each.state in UNSAID)
        return max((each.again_at for each in here if each.again_at is not None), default=None)

    def settle(self, delivery: Delivery, at: datetime, instead: tuple[Message, ...] = ()) -> None:
        self.add(instead, at)
        self.kept[delivery.id - 1] = delivery
        if delivery.state is DeliveryState.SENT and delivery.message.kind not in {Kind.REPAINT, Kind.HOME}:
            self.posted = at

    def add(self, messages: tuple[Message, ...], at: datetime) -> None:
        self.kept += [Delivery(len(self.kept) + 1 + index, message) for index, message in enumerate(messages)]

    def joined(self, delivery: Delivery) -> tuple[Message, ...]:
        raise NotImplementedError

    def join(self, delivery: Delivery, least: int) -> tuple[Message, ...]:
        raise NotImplementedError

    def channels(self) -> list[str]:
        return sorted({each.message.channel for each in self.kept if each.state in UNSAID})

    def page(self, query: DeliveryQuery) -> tuple[list[Told], int]:
        raise NotImplementedError


@dataclass
class Slack:
    """Remembers what was said, by its mark; fails as it is told to, before or after it heard."""

    said: list[int] = field(default_factory=list)
    fails: list[BaseException | None] = field(default_factory=list)

    def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        trouble = self.fails.pop(0) if self.fails else None
        if isinstance(trouble, TellingError) and not trouble.uncertain:
            raise trouble
        self.said.append(delivery.id)
        if trouble is not None:
            raise trouble
        return MessageRef(delivery.message.channel, f"{delivery.id}.0")

    def find(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        return MessageRef(CHANNEL, f"{delivery.id}.0") if delivery.id in self.said else None


def mouth(scene: Scene, line: Line, slack: Slack, gap: float = 0.0) -> Mouth:
    return Mouth(
        line,
        scene.requests,
        scene.changes,
        slack,
        lambda: scene.now,
        gap,
        paint=nobody,
        teller=teller(scene),
        wake=scene.durable.deliver,
    )


def teller(scene: Scene) -> Teller:
    return Teller(scene.world, FakeEvents(), FakeNewsroom())


def nobody(user: str) -> None:
    raise AssertionError(f"nobody asked for the Home of {user}")


def of(*kinds: Kind, channel: str = CHANNEL) -> Line:
    return Line(*(Message(kind, channel, 1) for kind in kinds))
