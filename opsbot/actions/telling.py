"""Telling whoever watches what happened: in one thread per version, only what they may know, and once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.actions.comparing import difference
from opsbot.actions.packagers import packager_of
from opsbot.domain.authorization import Permission
from opsbot.domain.deliveries import DeliveryState, Kind
from opsbot.domain.models import HOME, Asker, Package, Person
from opsbot.domain.watching import News, Topic
from opsbot.errors import NotFoundError, NotHereError, SilencedError, TellingError

if TYPE_CHECKING:
    from opsbot.actions.ports import Newsroom
    from opsbot.actions.stores import Events
    from opsbot.actions.world import World
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery, Message
    from opsbot.domain.difference import Difference
    from opsbot.domain.models import MessageRef, PublishRequest
    from opsbot.domain.references import ServiceRef
    from opsbot.domain.watching import Event, Watch

_log = logging.getLogger(__name__)

_TRIES_TO_READ_GROUPS = 20
_SUMMARY = 2
"""So many things that were held back are told in one message."""
BURST = 5
"""So many packages at once are told in one message."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells events by the watches that want them."""

    world: World
    events: Events
    newsroom: Newsroom

    def say(self, delivery: Delivery) -> MessageRef | None:
        """Tell it; gives where, or None where there is nothing to tell any more. Raises TellingError, NotFoundError.

        Twice is the same as once: what an earlier try may have said is looked for before it is said again.
        """
        message = delivery.message
        watch = self.world.watches.get(message.watch) if message.watch is not None else None
        if watch is None:
            return None  # nobody watches any more
        if message.kind is Kind.WATCH_STOPPED:
            return self._told(delivery, None) or self.newsroom.stopped(delivery, watch)
        if message.kind is Kind.NODE:
            return None if watch.stopped else self._told(delivery, None) or self.newsroom.of_node(delivery)
        assert message.event is not None
        event = self.events.get(message.event)
        if watch.stopped or not self._may_know(watch, event, delivery):
            return None
        return self._tell(delivery, event)

    def refused(self, delivery: Delivery, error: TellingError) -> None:
        """Stop the watches of who can't be told anything any more, and let whoever set them know, once."""
        if delivery.message.kind in {Kind.NEWS, Kind.NODE} and isinstance(error, NotHereError | SilencedError):
            target = delivery.message.channel
            stopped = self.world.watches.stop(target, str(error), self.world.clock())
            _log.warning("%d watches of %s are stopped: %s", len(stopped), target, error)

    def _tell(self, delivery: Delivery, event: Event) -> MessageRef:
        """Tell an event; many packages at once, or what was held back, by one message with a list, where their stories go on."""
        target = delivery.message.channel
        deliveries = self.world.deliveries
        change = self._change(event)
        held = delivery.message.not_before is not None
        may_join = held or event.topic is Topic.PACKAGED
        others = deliveries.joined(delivery) if may_join else ()
        thread = None if others or not event.version else self.events.story(target, event) or _shown_in(target, change)
        said = self._told(delivery, thread)
        if said is None and not others and may_join:
            others = deliveries.join(delivery, _SUMMARY if held else BURST)
        if others:
            return self._tell_many(delivery, event, others, said)
        if said is None:
            said = self.newsroom.post(delivery, self._news(event, thread, change))
        if event.version:
            self.events.begin_story(target, event, thread or said)
        return said

    def _tell_many(
        self, delivery: Delivery, first: Event, others: tuple[Message, ...], said: MessageRef | None
    ) -> MessageRef:
        events = [first]
        for message in others:
            assert message.event is not None
            event = self.events.get(message.event)
            watch = self.world.watches.get(message.watch) if message.watch is not None else None
            if watch is not None and not watch.stopped and self._may_know(watch, event, delivery):
                events.append(event)
        if said is None:
            said = self.newsroom.burst(delivery, events)
        for event in filter(lambda each: each.version, events):
            self.events.begin_story(delivery.message.channel, event, said)
        return said

    def _told(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        """Find what an earlier try may have said."""
        return self.newsroom.find(delivery, thread) if delivery.state is DeliveryState.SENDING else None

    def _may_know(self, watch: Watch, event: Event, delivery: Delivery) -> bool:
        """Tell whether one person may read what happened; in a channel that was asked when the watch was set."""
        if not watch.is_personal:
            return True
        asker = Asker(Person(watch.target, watch.by.name), HOME)
        standing = self.world.rules.access.standing(asker, self.world.directory.membership(asker.person))
        may = standing.allows(Permission.READ, event.service)
        if not may and standing.problem and delivery.attempts < _TRIES_TO_READ_GROUPS:
            raise TellingError(f"Whether they may know of it can't be seen: {standing.problem}", again=True)
        return may

    def _news(self, event: Event, thread: MessageRef | None, change: NodeChange | None) -> News:
        request = self.world.requests.get(event.request) if event.request is not None else None
        new = self._difference(event) if event.topic is Topic.PACKAGED else None
        page = self.world.designer.page(event.service) if event.topic is Topic.AUTH else ""
        return News(event, thread, request, change, new, self._packager(event), page)

    def _packager(self, event: Event) -> Person | None:
        if event.topic is not Topic.PACKAGED:
            return None
        seen = Package(event.version, event.packaged_on, event.who)
        return packager_of(event.service, seen, self.world)

    def _change(self, event: Event) -> NodeChange | None:
        if event.change is None:
            return None
        try:
            return self.world.changes.get(event.change)
        except NotFoundError:
            return None

    def _difference(self, event: Event) -> Difference | None:
        """Compare the package with what is published, as far as the service's setup was seen."""
        seen = self.world.snapshots.find(event.service, event.version, event.packaged_on)
        if seen is None:
            return None
        return difference(seen, self._last_published(event.service), self.world.snapshots)

    def _last_published(self, service: ServiceRef) -> PublishRequest | None:
        """Find the last version of the service that was published, under whatever id."""
        requests = self.world.requests
        names = {service.service, *requests.published_services_of(service)}
        found = [requests.last_published(service.node, name) for name in names]
        own = [each for each in found if each is not None and each.service == service and each.ended_at is not None]
        return max(own, key=lambda each: (each.ended_at, each.id), default=None)


def _shown_in(target: str, change: NodeChange | None) -> MessageRef | None:
    """Find the message that tells of the change already, for all to see in the channel: the story goes on below it."""
    if change is None or change.message is None or change.asked_in.thread is not None or change.is_private:
        return None
    return change.message if change.message.channel == target else None
