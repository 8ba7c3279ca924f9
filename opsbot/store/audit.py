"""The table of the audit: one chain, at whose end every replica appends; the database refuses any other change."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from opsbot.domain.audit import BEFORE_THE_FIRST, Head, Record, canonical, digest, link
from opsbot.domain.redaction import HIDDEN, redacting
from opsbot.domain.writing import body
from opsbot.store.counting import page_in
from opsbot.store.schema import audit_head, audit_records, publish_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement, Connection, Row

    from opsbot.domain.audit import Entry
    from opsbot.domain.redaction import Redact
    from opsbot.domain.references import ServiceRef
    from opsbot.store.engine import Database

_AT_ONCE = 2000
"""Records that are read at a time, however long the chain is."""

_REMEMBERED = 4096
_columns = (audit_records.c.seq, audit_records.c.body, audit_records.c.link)
_filed_under = (audit_records.c.what, audit_records.c.request, audit_records.c.service)


class AuditStore:
    """Keeps the audit's records."""

    def __init__(
        self,
        database: Database,
        redact: Redact | None = None,
        *,
        at_once: int = _AT_ONCE,
        note: Callable[[Entry], None] | None = None,
    ) -> None:
        """Take `redact` to every text before it is hashed; by default it knows the forms that secrets have.

        `note` is called with each entry once it is kept: what is rolled back never was.
        """
        self.note = note or _unnoted
        self._database = database
        self._redact = redact or redacting()
        self._at_once = at_once

    def append(self, entry: Entry) -> Head:
        """Keep what was tried, after all that was kept before."""
        with self._database.transaction() as connection:
            head = self.append_in(connection, entry)
        self.note(entry)
        return head

    def append_in(self, connection: Connection, entry: Entry) -> Head:
        """Keep an entry as a part of a transaction; until that ends, everyone else who appends waits."""
        # The update holds the one row in either database, and reads what whoever held it before has left there.
        held = update(audit_head).values(seq=audit_head.c.seq + 1).returning(audit_head.c.seq, audit_head.c.link)
        seq, before = connection.execute(held).one()
        text = body(entry, seq, self._redact)
        head = Head(seq, link(before, digest(text)))
        connection.execute(
            insert(audit_records).values(
                seq=seq,
                at=entry.at,
                what=entry.what,
                request=entry.request,
                service=str(entry.service) if entry.service else None,
                body=text,
                link=head.link,
            )
        )
        connection.execute(update(audit_head).values(link=head.link))
        return head

    def hold_in(self, connection: Connection) -> None:
        """Have everyone who appends wait until the transaction ends; SQLite has one writer anyway."""
        connection.execute(select(audit_head.c.seq).with_for_update())

    def page(
        self, *, service: ServiceRef | None, request: int | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """Find a page of records, newest first, and how many there are, as far as that is counted."""
        wanted = _wanted(service, request)
        newest = select(*_columns).where(*wanted).order_by(audit_records.c.seq.desc())
        with self._database.transaction() as connection:
            rows, total = page_in(connection, newest, page, size)
        return [Record(row["seq"], row["body"], row["link"]) for row in rows], total

    def records(
        self, after: int = 0, until: int | None = None, misfiled: Callable[[int], None] | None = None
    ) -> Iterator[Record]:
        """Read the chain in its order, from behind `after` up to `until` or its end, in bounded memory.

        `misfiled` hears the number of each record that is found under something else than it says itself.
        """
        while True:
            ahead = select(*_columns, *_filed_under).where(audit_records.c.seq > after).order_by(audit_records.c.seq)
            if until is not None:
                ahead = ahead.where(audit_records.c.seq <= until)
            with self._database.transaction() as connection:
                rows = connection.execute(ahead.limit(self._at_once)).all()
            for row in rows:
                if misfiled is not None and not _is_filed_right(row):
                    misfiled(row.seq)
                seq, text, its_link, *_ = row  # by their names they take longer than their hashes
                yield Record(seq, text, its_link)
            if len(rows) < self._at_once:
                return
            after = rows[-1].seq

    def before(self, request: int) -> Head | None:
        """Read the head that was there before the first record about a request; None where there is no record."""
        first = select(func.min(audit_records.c.seq)).where(audit_records.c.request == request)
        with self._database.transaction() as connection:
            seq = connection.execute(first).scalar_one()
            if seq is None:
                return None
            row = connection.execute(select(*_columns).where(audit_records.c.seq == seq - 1)).one_or_none()
        return Head(row.seq, row.link) if row is not None else Head(seq - 1, BEFORE_THE_FIRST.link)

    def heads(self) -> Iterator[tuple[int, Head]]:
        """Read the heads that requests keep, each with the number of its request."""
        table = publish_requests
        after = 0
        while True:
            kept = select(table.c.id, table.c.head_seq, table.c.head_link).where(
                table.c.id > after, table.c.head_seq.is_not(None)
            )
            with self._database.transaction() as connection:
                rows = connection.execute(kept.order_by(table.c.id).limit(self._at_once)).all()
            yield from ((row.id, Head(row.head_seq, row.head_link)) for row in rows)
            if len(rows) < self._at_once:
                return
            after = rows[-1].id

    def card_channels(self) -> list[str]:
        """Name the channels in which requests have cards: there Slack keeps heads, too."""
        channel = publish_requests.c.card_channel
        with self._database.transaction() as connection:
            found = select(channel).where(channel.is_not(None)).distinct().order_by(channel)
            return list(connection.execute(found).scalars())

    def head(self) -> Head:
        """Read where the store itself says that the chain ends."""
        with self._database.transaction() as connection:
            row = connection.execute(select(audit_head.c.seq, audit_head.c.link)).one()
        return Head(row.seq, row.link)


def _wanted(service: ServiceRef | None, request: int | None) -> list[ColumnElement[bool]]:
    conditions = []
    if service is not None:
        conditions.append(audit_records.c.service == str(service))
    if request is not None:
        conditions.append(audit_records.c.request == request)
    return conditions


def _is_filed_right(row: Row[int, str, str, str, int | None, str | None]) -> bool:
    """Tell whether a record is found under what it is about: the chain binds what it says, not where it is filed.

    The body is canonical, so that it needn't be read as JSON, which would take longer than all the rest.
    """
    seq, text, _, what, request, service = row
    number = request if request is not None else "null"
    filed = f',"request":{number},"seq":{seq},"service":{_written(service)},"version":' in text
    return (filed and f',"what":{_written(what)},"where":' in text) or (HIDDEN in text and _may_be_filed_right(row))


def _may_be_filed_right(row: Row[int, str, str, str, int | None, str | None]) -> bool:
    """Tell the same of a record from which a secret was taken: a name that had it in it can't be compared, all else can."""
    try:
        says = json.loads(row.body)
        names = ((says["what"], row.what), (says["service"], row.service))
        return (says["request"], says["seq"]) == (row.request, row.seq) and all(
            name == filed or HIDDEN in str(name) for name, filed in names
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return False  # it isn't what was written here


@lru_cache(_REMEMBERED)
def _written(text: str | None) -> str:
    return canonical(text)


def _unnoted(_: Entry) -> None:
    pass
