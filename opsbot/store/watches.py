"""The tables of watches, of events, and of where their stories are told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from opsbot.domain.deliveries import Kind, Message
from opsbot.domain.models import MessageRef, Person
from opsbot.domain.pace import Digest, Quiet, held_until
from opsbot.domain.references import ServiceRef
from opsbot.domain.watching import BY_CONFIG, Event, Topic, Watch, WatchRule, chosen
from opsbot.errors import NotFoundError
from opsbot.store.delivered import UNSAID
from opsbot.store.figures import figures_in
from opsbot.store.schema import deliveries, events, stories, watches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from opsbot.domain.deliveries import Effects
    from opsbot.domain.figures import Figures, Span
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper

_AT_ONCE = 200
_BY_CONFIG = Person(BY_CONFIG, "the configuration")


class WatchStore:
    """Keeps who hears of what. It is written while nobody else keeps anything, so that each event sees all or nothing."""

    def __init__(self, database: Database, keeper: Keeper) -> None:
        self._database = database
        self._keeper = keeper

    def add(self, watch: Watch, effects: Effects) -> Watch:
        """Keep a watch, in the place of one of the same services for the same target; gives it with its id."""
        same = _of(watch.target) & (watches.c.services == watch.services) & watches.c.by_config.is_(False)
        with self._keeper.transaction() as keeping:
            keeping.keep(effects)
            changed = update(watches).where(same).values(_row(watch)).returning(watches)
            row = keeping.connection.execute(changed).mappings().one_or_none()
            if row is None:
                added = insert(watches).values(_row(watch)).returning(watches)
                row = keeping.connection.execute(added).mappings().one()
        return _watch(row)

    def remove(self, watch: Watch, effects: Effects) -> bool:
        """Forget a watch; tells whether it was there, and keeps the effects only then."""
        with self._keeper.transaction() as keeping:
            keeping.alone()
            gone = delete(watches).where(watches.c.id == watch.id)
            was_there = keeping.connection.execute(gone).rowcount > 0
            if was_there:
                keeping.keep(effects)
        return was_there

    def get(self, number: int) -> Watch | None:
        """Find a watch by its number."""
        return next(iter(self._select(watches.c.id == number)), None)

    def of_target(self, target: str) -> tuple[Watch, ...]:
        """List what a channel or a person hears of, stopped watches and all, oldest first."""
        return self._select(_of(target))

    def set_by(self, person: str) -> tuple[Watch, ...]:
        """List what somebody set, for themselves and for channels, oldest first."""
        return self._select((watches.c.by_id == person) | _of(person))

    def going_on(self) -> tuple[Watch, ...]:
        """List all watches that aren't stopped, oldest first."""
        return self._select(watches.c.stopped == "")

    def stop(self, target: str, why: str, at: datetime) -> tuple[Watch, ...]:
        """Have nothing more told to a target, and tell each who set a watch for it, once; gives those that went on."""
        going_on = _of(target) & (watches.c.stopped == "")
        with self._keeper.transaction() as keeping:
            keeping.alone()
            stopped = update(watches).where(going_on).values(stopped=why).returning(watches)
            found = tuple(_watch(row) for row in keeping.connection.execute(stopped).mappings())
            setters = {watch.by.id: watch.id for watch in found if watch.by.id not in {BY_CONFIG, target}}
            said = [Message(Kind.WATCH_STOPPED, user, text=why, watch=number) for user, number in setters.items()]
            keeping.say(tuple(said), at)
        return found

    def test(self, tests: Iterable[Effects]) -> None:
        """Keep what tests of watches say, each with its record: all of them, or none."""
        with self._keeper.transaction() as keeping:
            for each in tests:
                keeping.keep(each)

    def want_digests(self, at: datetime) -> None:
        """See to it that for each weekly watch one digest waits, which comes though nothing happens."""
        if not self._without_digest(self.going_on()):
            return
        with self._keeper.transaction() as keeping:
            keeping.alone()
            missing = _without_digest_in(keeping.connection, going_on_in(keeping.connection))
            said = [
                Message(Kind.DIGEST, watch.target, watch=watch.id, not_before=held_until(watch.quiet, watch.digest, at))
                for watch in missing
            ]
            keeping.say(tuple(said), at)

    def _without_digest(self, among: Iterable[Watch]) -> list[Watch]:
        weekly = [watch for watch in among if watch.digest is Digest.WEEKLY]
        if not weekly:
            return []
        with self._database.transaction() as connection:
            return _without_digest_in(connection, weekly)

    def _select(self, condition: ColumnElement[bool]) -> tuple[Watch, ...]:
        with self._database.transaction() as connection:
            rows = connection.execute(select(watches).where(condition).order_by(watches.c.id)).mappings()
            return tuple(_watch(row) for row in rows)


class EventStore:
    """Keeps what happened, and where the story of each version is told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, number: int) -> Event:
        """Find an event by its number; NotFoundError where there is none."""
        with self._database.transaction() as connection:
            row = connection.execute(select(events).where(events.c.id == number)).mappings().one_or_none()
        if row is None:
            raise NotFoundError(f"There is no event {number}.")
        return _event(row)

    def figures(self, span: Span) -> Figures:
        """Count what happened in a span of time."""
        with self._database.transaction() as connection:
            return figures_in(connection, span)

    def story(self, target: str, event: Event) -> MessageRef | None:
        """Find where the story of the event's version is told to a target."""
        where = [stories.c[name] == value for name, value in _story_key(target, event).items()]
        with self._database.transaction() as connection:
            row = connection.execute(select(stories.c.channel, stories.c.ts).where(*where)).one_or_none()
        return MessageRef(row.channel, row.ts) if row is not None else None

    def told_at(self, message: MessageRef) -> tuple[tuple[ServiceRef, str], ...]:
        """Name the versions, each with its service, whose stories are told in the thread of a message."""
        here = (stories.c.channel == message.channel) & (stories.c.ts == message.ts)
        told = select(stories.c.service, stories.c.version).where(here).distinct()
        with self._database.transaction() as connection:
            rows = connection.execute(told).all()
        return tuple((ServiceRef.parse(row.service, node=None, project=None), row.version) for row in rows)

    def begin_story(
        self, target: str, event: Event, message: MessageRef, at: datetime, instead_of: MessageRef | None = None
    ) -> None:
        """Keep where the story of the event's version is told, unless that is known, and that it went on.

        A message that is gone is replaced: `instead_of` is the one.
        """
        key = _story_key(target, event)
        here = [stories.c[name] == value for name, value in key.items()]
        told = {"channel": message.channel, "ts": message.ts, "told_at": at}
        with self._database.transaction() as connection:
            if not connection.execute(update(stories).where(*here).values(told_at=at)).rowcount:
                connection.execute(insert(stories).values({**key, **told}))
            elif instead_of is not None:
                gone = (stories.c.channel == instead_of.channel) & (stories.c.ts == instead_of.ts)
                connection.execute(update(stories).where(*here, gone).values(told))


def tell_in(connection: Connection, happened: Iterable[Event], at: datetime) -> list[Message]:
    """Keep the events that are new, as a part of a transaction in which nobody else keeps any; gives what is to be said."""
    told = list({event.identity: event for event in happened}.values())
    said: list[Message] = []
    for start in range(0, len(told), _AT_ONCE):
        said += _tell(connection, told[start : start + _AT_ONCE], at)
    return said


def put_configured_in(connection: Connection, wanted: Iterable[WatchRule], at: datetime) -> bool:
    """Have exactly these watches stand for the configuration, and go on anew, as a part of a transaction.

    Nobody else may keep any meanwhile. Tells whether others stood there before; which were stopped doesn't count.
    """
    before = select(watches).where(watches.c.by_config.is_(True))
    there = {_key(watch): watch for watch in map(_watch, connection.execute(before).mappings())}
    rules: dict[tuple[str, str], WatchRule] = {}
    for rule in wanted:
        key = (rule.target, rule.services)
        topics = rules[key].topics if key in rules else frozenset[Topic]()
        rules[key] = replace(rule, topics=rule.topics | topics)
    is_other = rules != {key: _rule(watch) for key, watch in there.items()}
    for key, rule in rules.items():
        row = _row(Watch(0, *key, rule.topics, _BY_CONFIG, at, quiet=rule.quiet, digest=rule.digest))
        same = there.pop(key, None)
        put = insert(watches) if same is None else update(watches).where(watches.c.id == same.id)
        connection.execute(put.values(row))
    connection.execute(delete(watches).where(watches.c.id.in_([watch.id for watch in there.values()])))
    return is_other


def _key(watch: Watch) -> tuple[str, str]:
    return watch.target, watch.services


def _rule(watch: Watch) -> WatchRule:
    return WatchRule(watch.target, watch.services, watch.topics, watch.quiet, watch.digest)


def _without_digest_in(connection: Connection, among: Iterable[Watch]) -> list[Watch]:
    waits = (deliveries.c.kind == Kind.DIGEST.value) & deliveries.c.state.in_(UNSAID)
    there = set(connection.execute(select(deliveries.c.watch).where(waits)).scalars())
    return [watch for watch in among if watch.digest is Digest.WEEKLY and watch.id not in there]


def going_on_in(connection: Connection) -> list[Watch]:
    """List the watches that aren't stopped, oldest first, as a part of a transaction."""
    going_on = select(watches).where(watches.c.stopped == "").order_by(watches.c.id)
    return [_watch(row) for row in connection.execute(going_on).mappings()]


def _tell(connection: Connection, happened: list[Event], at: datetime) -> list[Message]:
    identities = [event.identity for event in happened]
    known = set(connection.execute(select(events.c.identity).where(events.c.identity.in_(identities))).scalars())
    fresh = {event.identity: event for event in happened if event.identity not in known}
    if not fresh:
        return []
    rows = [_event_row(event) for event in fresh.values()]
    connection.execute(insert(events), rows)
    kept = connection.execute(select(events.c.identity, events.c.id).where(events.c.identity.in_(list(fresh))))
    numbers = {row.identity: row.id for row in kept}
    listening = going_on_in(connection)
    return [
        Message(
            Kind.NEWS,
            watch.target,
            event=numbers[event.identity],
            watch=watch.id,
            not_before=held_until(watch.quiet, watch.digest, at),
        )
        for event in fresh.values()
        for watch in chosen(listening, event)
    ]


def _of(target: str) -> ColumnElement[bool]:
    return watches.c.target == target


def _row(watch: Watch) -> dict[str, Any]:
    return {
        "target": watch.target,
        "services": watch.services,
        "topics": json.dumps(sorted(watch.topics)),
        "by_id": watch.by.id,
        "by_name": watch.by.name,
        "at": watch.at,
        "by_config": watch.by == _BY_CONFIG,
        "quiet": str(watch.quiet) if watch.quiet is not None else "",
        "digest": watch.digest.value if watch.digest is not None else "",
        "stopped": watch.stopped,
    }


def _watch(row: RowMapping) -> Watch:
    topics = frozenset(map(Topic, json.loads(row["topics"])))
    by = Person(row["by_id"], row["by_name"])
    quiet = Quiet.parse(row["quiet"]) if row["quiet"] else None
    digest = Digest(row["digest"]) if row["digest"] else None
    return Watch(row["id"], row["target"], row["services"], topics, by, row["at"], row["stopped"], quiet, digest)


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "identity": event.identity,
        "topic": event.topic.value,
        "what": event.what,
        "service": str(event.service),
        "version": event.version,
        "packaged_on": event.packaged_on,
        "at": event.at,
        "who": event.who,
        "request": event.request,
        "node_change": event.change,
        "detail": json.dumps(event.detail),
    }


def _event(row: RowMapping) -> Event:
    return Event(
        row["identity"],
        Topic(row["topic"]),
        row["what"],
        ServiceRef.parse(row["service"], node=None, project=None),
        row["version"],
        row["at"],
        row["packaged_on"],
        row["who"],
        row["request"],
        row["node_change"],
        tuple(json.loads(row["detail"])),
    )


def _story_key(target: str, event: Event) -> dict[str, str]:
    made = event.packaged_on.isoformat() if event.packaged_on is not None else ""
    return {"target": target, "service": str(event.service), "version": event.version, "packaged_on": made}
