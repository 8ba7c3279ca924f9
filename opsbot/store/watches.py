"""The table of watches: who hears of what."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from opsbot.domain.deliveries import Kind, Message
from opsbot.domain.models import Person
from opsbot.domain.pace import Digest, Quiet, held_until
from opsbot.domain.watching import BY_CONFIG, Topic, Watch, WatchRule
from opsbot.store.delivered import UNSAID
from opsbot.store.schema import deliveries, watches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, RowMapping

    from opsbot.domain.deliveries import Effects
    from opsbot.store.engine import Database
    from opsbot.store.keeping import Keeper

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


def going_on_in(connection: Connection) -> list[Watch]:
    """List the watches that aren't stopped, oldest first, as a part of a transaction."""
    going_on = select(watches).where(watches.c.stopped == "").order_by(watches.c.id)
    return [_watch(row) for row in connection.execute(going_on).mappings()]


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
