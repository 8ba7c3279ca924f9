"""Telling whoever watches what happened: in one thread per version, only what they may know, and once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsbot.actions.comparing import difference
from opsbot.actions.packagers import packager_of
from opsbot.domain.authorization import Permission
from opsbot.domain.deliveries import DeliveryState, Kind, Message
from opsbot.domain.figures import Span
from opsbot.domain.models import HOME, Asker, Package, Person
from opsbot.domain.pace import Digest
from opsbot.domain.watching import OFFERED, News, Topic
from opsbot.errors import GoneError, NotFoundError, NotHereError, TellingError

if TYPE_CHECKING:
    from opsbot.actions.ports import Newsroom
    from opsbot.actions.stores import Events
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.difference import Difference
    from opsbot.domain.figures import Figures
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
        if watch is None or (message.kind is Kind.DIGEST and (watch.stopped or watch.digest is None)):
            return self._tell_the_others(delivery)  # nobody watches any more, or wants a digest
        match message.kind:
            case Kind.NEWS:
                return self._tell_news(delivery, watch)
            case Kind.DIGEST:
                return self._tell(delivery, watch, None)
            case Kind.WATCH_TEST:
                return self._told(delivery, None) or self.newsroom.test(delivery, watch)  # stopped or not
            case Kind.NODE if watch.stopped:
                return None
            case _:
                return self._told(delivery, None) or self._say_of(delivery, watch)

    def arrived(self, delivery: Delivery, said: MessageRef | None) -> tuple[Message, ...]:
        """Give what is to be said because it was said: who asked for a test hears that it arrived."""
        if delivery.message.kind is not Kind.WATCH_TEST or said is None:
            return ()
        return _report(delivery.message, Kind.TEST_ARRIVED, self.world.link_to(said))

    def refused(self, delivery: Delivery, error: TellingError) -> tuple[Message, ...]:
        """Stop the watches of who can't be told anything any more, and let whoever set them know, once.

        A test that can't be said stops nothing: who asked for it hears why, by what is given.
        """
        if delivery.message.kind is Kind.WATCH_TEST:
            return _report(delivery.message, Kind.TEST_FAILED, str(error))
        if delivery.message.kind in {Kind.NEWS, Kind.DIGEST, Kind.NODE} and isinstance(error, NotHereError):
            target = delivery.message.channel
            stopped = self.world.watches.stop(target, str(error), self.world.clock())
            _log.warning("%d watches of %s are stopped: %s", len(stopped), target, error)
        return ()

    def _say_of(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Say what is about the watch itself, or about a node."""
        match delivery.message.kind:
            case Kind.WATCH_STOPPED:
                return self.newsroom.stopped(delivery, watch)
            case Kind.NODE:
                return self.newsroom.of_node(delivery)
            case _:
                return self.newsroom.test_ended(delivery, watch)

    def _tell_news(self, delivery: Delivery, watch: Watch) -> MessageRef | None:
        assert delivery.message.event is not None
        event = self.events.get(delivery.message.event)
        if watch.stopped or not self._may_know(watch, event, delivery):
            return self._tell_the_others(delivery)
        return self._tell(delivery, watch, event)

    def _tell_the_others(self, delivery: Delivery) -> MessageRef | None:
        """Tell what an earlier try joined to one that nobody is to hear of any more; None where that is nothing."""
        others = self.world.deliveries.joined(delivery)
        return self._tell_many(delivery, None, others, self._told(delivery, None)) if others else None

    def _tell(self, delivery: Delivery, watch: Watch, event: Event | None) -> MessageRef | None:
        """Tell an event; many packages at once, or what was held back, by one message with a list, where their stories go on.

        A digest is such a message, though it tells of one thing only, or of none: its figures are told in any case.
        """
        if event is None or _is_digest(delivery.message, watch):
            return self._tell_digest(delivery, event)
        target = delivery.message.channel
        change = self._change(event)
        held = delivery.message.not_before is not None
        may_join = held or event.topic is Topic.PACKAGED
        others = self.world.deliveries.joined(delivery) if may_join else ()
        thread = None if others or not event.version else self.events.story(target, event) or _shown_in(target, change)
        said = self._told(delivery, thread)
        if said is None and not others and may_join:
            others = self.world.deliveries.join(delivery, _SUMMARY if held else BURST)
        if others:
            return self._tell_many(delivery, event, others, said)
        gone = None
        if said is None:
            try:
                said = self.newsroom.post(delivery, self._news(event, watch, thread, change))
            except GoneError:
                gone, thread = thread, None
                said = self.newsroom.post(delivery, self._news(event, watch, None, change))
        if event.version:
            self.events.begin_story(target, event, thread or said, self.world.clock(), gone)
        return said

    def _tell_digest(self, delivery: Delivery, first: Event | None) -> MessageRef | None:
        others = self.world.deliveries.joined(delivery)
        said = self._told(delivery, None)
        if said is None and not others:
            others = self.world.deliveries.join(delivery, 1)
        return self._tell_many(delivery, first, others, said)

    def _tell_many(
        self, delivery: Delivery, first: Event | None, others: tuple[Message, ...], said: MessageRef | None
    ) -> MessageRef | None:
        events = [first] if first is not None else []
        digests: dict[int, Watch] = {}
        for message in (delivery.message, *others):
            watch = self.world.watches.get(message.watch) if message.watch is not None else None
            if watch is None or watch.stopped:
                continue
            if _is_digest(message, watch):
                digests.setdefault(watch.id, watch)
            event = self.events.get(message.event) if message.event is not None else None
            if event is not None and message is not delivery.message and self._may_know(watch, event, delivery):
                events.append(event)
        if said is None:
            if not events and not digests:
                return None
            figures = [self._figures(watch, delivery) for watch in digests.values()]
            said = self.newsroom.burst(delivery, events, figures)
        for event in events:
            if event.version:
                self.events.begin_story(delivery.message.channel, event, said, self.world.clock())
        return said

    def _figures(self, watch: Watch, delivery: Delivery) -> Figures:
        """Count what happened in the time of a digest, but for what was before its watch: nobody looked there then.

        For one person only what they may read is counted.
        """
        until = delivery.message.not_before or self.world.clock()
        digest = watch.digest or Digest.DAILY
        visible: tuple[str, ...] = ("*",)
        if watch.is_personal:
            standing = self._standing(watch)
            self._wait_for_groups(standing, delivery)
            visible = standing.reach(Permission.READ)
        return self.events.figures(Span(digest, watch.services, max(watch.at, until - digest.span), until, visible))

    def _told(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        """Find what an earlier try may have said."""
        return self.newsroom.find(delivery, thread) if delivery.state is DeliveryState.SENDING else None

    def _may_know(self, watch: Watch, event: Event, delivery: Delivery) -> bool:
        """Tell whether one person may read what happened; in a channel that was asked when the watch was set."""
        if not watch.is_personal:
            return True
        standing = self._standing(watch)
        may = standing.allows(Permission.READ, event.service)
        if not may:
            self._wait_for_groups(standing, delivery)
        return may

    def _wait_for_groups(self, standing: Standing, delivery: Delivery) -> None:
        """Have it told later, if it can't be seen now what somebody may know; at last without that."""
        if standing.problem and delivery.attempts < _TRIES_TO_READ_GROUPS:
            raise TellingError(f"Whether they may know of it can't be seen: {standing.problem}", again=True)

    def _standing(self, watch: Watch) -> Standing:
        """Tell what holds for the one person who hears by a watch."""
        asker = Asker(Person(watch.target, watch.by.name), HOME)
        return self.world.rules.access.standing(asker, self.world.directory.membership(asker.person))

    def _news(self, event: Event, watch: Watch, thread: MessageRef | None, change: NodeChange | None) -> News:
        request = self.world.requests.get(event.request) if event.request is not None else None
        new = self._difference(event) if event.topic is Topic.PACKAGED else None
        page = self.world.designer.page(event.service) if event.topic is Topic.AUTH else ""
        offered = self._offered(watch, event.service)
        return News(event, thread, request, change, new, self._packager(event), page, offered)

    def _packager(self, event: Event) -> Person | None:
        if event.topic is not Topic.PACKAGED:
            return None
        seen = Package(event.version, event.packaged_on, event.who)
        return packager_of(event.service, seen, self.world)

    def _offered(self, watch: Watch, service: ServiceRef) -> frozenset[str]:
        """Name the verbs to offer: those that the channel allows; to one person those that they may use."""
        here = self.world.rules.channel(watch.target)
        verbs = {each.verb: each.permission for each in OFFERED if here.allows(each.verb, each.permission)}
        if watch.is_personal:
            standing = self._standing(watch)
            return frozenset(verb for verb, need in verbs.items() if need is None or standing.allows(need, service))
        return frozenset(verbs)

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


def _report(test: Message, kind: Kind, text: str) -> tuple[Message, ...]:
    """Tell who asked for a test what came of it, unless the test is for their own eyes."""
    return (Message(kind, test.text, text=text, watch=test.watch),) if test.channel != test.text else ()


def _is_digest(message: Message, watch: Watch) -> bool:
    return watch.digest is not None and message.not_before is not None


def _shown_in(target: str, change: NodeChange | None) -> MessageRef | None:
    """Find the message that tells of the change already, for all to see in the channel: the story goes on below it."""
    if change is None or change.message is None or change.asked_in.thread is not None or change.is_private:
        return None
    return change.message if change.message.channel == target else None
