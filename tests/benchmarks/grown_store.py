"""A store as years leave it: requests that ended, all that was told of them, and the audit's chain; put there in bulk."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, update

from opsbot.domain.audit import BEFORE_THE_FIRST, digest, link
from opsbot.domain.changes import ChangeState
from opsbot.domain.commands import CreatePackage
from opsbot.domain.deliveries import DeliveryState, Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Person
from opsbot.domain.references import ServiceRef
from opsbot.domain.writing import body
from opsbot.store.request_rows import changed_columns, new_row
from opsbot.store.schema import (
    audit_head,
    audit_records,
    deliveries,
    events,
    node_changes,
    publish_requests,
    stories,
    votes,
)
from tests.benchmarks.slack_request import PEOPLE
from tests.builders import NOON, SCORING, decision, request, wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from opsbot.domain.audit import Entry
    from opsbot.store import Database

SERVICES: Final = 400
CHANNELS: Final = 400
RECORDS_EACH: Final = 10
"""Of the audit, for each request."""
_AT_ONCE: Final = 5000
_ENDS: Final = (*([State.PUBLISHED] * 8), State.FAILED, State.DECLINED)


@dataclass(frozen=True, slots=True)
class Grown:
    """How much is put there."""

    requests: int
    services: int = SERVICES
    people: int = len(PEOPLE)
    span: timedelta = timedelta(days=3 * 365)

    @property
    def records(self) -> int:
        return self.requests * RECORDS_EACH

    def service_of(self, number: int) -> ServiceRef:
        """Name the service of a request; one of them is the one that commands are about."""
        place = number % self.services
        return ServiceRef("design", f"P{place % 100:02d}", f"svc{place:03d}") if place else SCORING


def fill(database: Database, grown: Grown, entry: Entry) -> None:
    """Put so much there, the records like the entry; ids begin where those of an empty store do."""
    with database.transaction() as connection:
        heads = _fill_audit(connection, grown, entry)
        _put(connection, publish_requests, _requests(grown, heads))
        _put(connection, votes, _votes(grown))
        _put(connection, node_changes, _changes(grown))
        _put(connection, events, _events(grown))
        _put(connection, stories, _stories(grown))
        _put(connection, deliveries, _deliveries(grown))
    if not database.is_embedded:  # as its own housekeeping does before long
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _fill_audit(connection: Connection, grown: Grown, entry: Entry) -> list[tuple[int, str]]:
    """Write the chain; gives for each request the head after its last record."""
    before = BEFORE_THE_FIRST.link
    heads: list[tuple[int, str]] = []

    def records() -> Iterator[dict[str, Any]]:
        nonlocal before
        for seq in range(1, grown.records + 1):
            number = (seq - 1) // RECORDS_EACH + 1
            service, at = grown.service_of(number), _when(number, grown)
            ref = str(service)
            written = body(replace(entry, at=at, request=number, service=service), seq, str)
            before = link(before, digest(written))
            if seq % RECORDS_EACH == 0:
                heads.append((seq, before))
            shown = {"seq": seq, "at": at, "what": entry.what, "request": number, "service": ref}
            yield {**shown, "body": written, "link": before}

    _put(connection, audit_records, records())
    connection.execute(update(audit_head).values(seq=grown.records, link=before))
    return heads


def _requests(grown: Grown, heads: list[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    rows = []
    for end in _ENDS:
        over = request(1, end, wanted=wish(), decision=decision(), outcome="It ended.", ended_at=NOON)
        rows.append(new_row(over.wish) | changed_columns(over))
    for number in range(1, grown.requests + 1):
        ref, at = grown.service_of(number), _when(number, grown)
        person, version = PEOPLE[number % grown.people], f"old{number}"
        seq, its_link = heads[number - 1]
        yield rows[number % len(rows)] | {
            "id": number,
            "service": str(ref),
            "node": ref.node,
            "published_service": ref.service,
            "version": version,
            "requester_id": person,
            "requester_name": person.lower(),
            "packaged_on": at,
            "asked_at": at,
            "ended_at": at + timedelta(hours=1),
            "decided_at": at + timedelta(hours=1),
            "card_channel": _channel(number),
            "card_ts": f"{number}.0",
            "head_seq": seq,
            "head_link": its_link,
        }


def _votes(grown: Grown) -> Iterator[dict[str, Any]]:
    for number in range(1, grown.requests + 1):
        person = PEOPLE[(number + 1) % grown.people]
        said = {"channel": _channel(number), "roles": '["approver"]', "comment": ""}
        yield {
            "request": number,
            "person_id": person,
            "person_name": person.lower(),
            "at": _when(number, grown),
            **said,
        }


def _changes(grown: Grown) -> Iterator[dict[str, Any]]:
    for number in range(1, grown.requests + 1):
        version, by = f"old{number}", Person(PEOPLE[number % grown.people], "somebody")
        yield {
            "id": number,
            "kind": CreatePackage.verb,
            "service": str(grown.service_of(number)),
            "part": version,
            "lane": f"package {version}",
            "detail": json.dumps({"release_notes": ""}),
            "private": False,
            "by_id": by.id,
            "by_name": by.name,
            "channel": _channel(number),
            "asked_at": _when(number, grown),
            "state": ChangeState.DONE.value,
            "packaged_on": _when(number, grown),
        }


def _events(grown: Grown) -> Iterator[dict[str, Any]]:
    for number in range(1, grown.requests + 1):
        ref, version, at = grown.service_of(number), f"old{number}", _when(number, grown)
        about = {"service": str(ref), "version": version, "packaged_on": at, "at": at, "request": number}
        said = {"topic": "published", "what": "published", "who": "somebody", "detail": "[]"}
        yield {"id": number, "identity": f"published {ref} {version} {number}", **about, **said}


def _stories(grown: Grown) -> Iterator[dict[str, Any]]:
    for number in range(1, grown.requests + 1):
        channel, at = _channel(number), _when(number, grown)
        key = {"service": str(grown.service_of(number)), "version": f"old{number}", "packaged_on": at.isoformat()}
        yield {"target": channel, **key, "channel": channel, "ts": f"{number}.5", "told_at": at}


def _deliveries(grown: Grown) -> Iterator[dict[str, Any]]:
    kinds = (Kind.CARD, Kind.OUTCOME, Kind.NEWS)
    for number, (place, kind) in itertools.product(range(1, grown.requests + 1), enumerate(kinds)):
        at = _when(number, grown)
        yield {
            "id": (number - 1) * len(kinds) + place + 1,
            "channel": _channel(number),
            "kind": kind.value,
            "request": number if kind is not Kind.NEWS else None,
            "event": number if kind is Kind.NEWS else None,
            "text": "",
            "created_at": at,
            "sent_at": at,
            "state": DeliveryState.SENT.value,
            "ts": f"{number}.{place}",
        }


def _channel(number: int) -> str:
    return f"C9{number % CHANNELS:06d}"


def _when(number: int, grown: Grown) -> datetime:
    """Spread the requests over the span before noon, the last a day before it."""
    return NOON - timedelta(days=1) - grown.span * (1 - number / grown.requests)


def _put(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows in bulk, each with the same columns."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    rows = iter(rows)
    while some := list(itertools.islice(rows, _AT_ONCE)):
        connection.execute(insert(table), some)


def _copy(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    rows = iter(rows)
    first = next(rows)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(first)}) FROM STDIN") as copy:
        for row in itertools.chain([first], rows):
            copy.write_row(tuple(row.values()))
    if "id" in table.c and table.c.id.autoincrement is True:
        numbers = f"pg_get_serial_sequence('{table.name}', 'id')"
        connection.exec_driver_sql(f"SELECT setval({numbers}, (SELECT max(id) FROM {table.name}))")
