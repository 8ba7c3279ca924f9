"""The table of the audit's records: one chain, to which every replica appends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from opsbot.domain.audit import Head, Record, canonical, data_of, digest, link
from opsbot.domain.redaction import redacted, redactor
from opsbot.store.schema import audit_head, publish_requests
from opsbot.store.schema import audit_records as table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement, Connection

    from opsbot.domain.audit import Entry
    from opsbot.domain.references import ServiceRef
    from opsbot.store.engine import Database

_AT_ONCE = 2000


class AuditStore:
    """Keeps what was tried. Records are appended and read; the database refuses everything else."""

    def __init__(self, database: Database, redact: Callable[[str], str] | None = None) -> None:
        """Keep records in the database; `redact` takes secrets out of every text before it is hashed."""
        self._database = database
        self._redact = redact or redactor()

    def append(self, entry: Entry) -> Head:
        """Keep what was tried, after all that was kept before."""
        with self._database.transaction() as connection:
            return self.append_in(connection, entry)

    def append_in(self, connection: Connection, entry: Entry) -> Head:
        """Append within a transaction; until it ends, nobody else can."""
        # Taking the next number locks the one row of the head in both databases.
        taking = update(audit_head).values(seq=audit_head.c.seq + 1).returning(audit_head.c.seq, audit_head.c.link)
        seq, before = connection.execute(taking).one()
        body = canonical(redacted(data_of(entry, seq), self._redact))
        bound = link(before, digest(body))
        values = {
            "seq": seq,
            "at": entry.at,
            "what": entry.what[:40],
            "request": entry.request,
            "service": str(entry.service) if entry.service is not None else None,
            "body": body,
            "link": bound,
        }
        connection.execute(insert(table).values(values))
        connection.execute(update(audit_head).values(link=bound))
        return Head(seq, bound)

    def page(
        self, *, service: ServiceRef | None, request: int | None, page: int, size: int
    ) -> tuple[list[Record], int]:
        """Find a page of records, newest first, and how many there are in all."""
        wanted: list[ColumnElement[bool]] = []
        if service is not None:
            wanted.append(table.c.service == str(service))
        if request is not None:
            wanted.append(table.c.request == request)
        newest = select(table).where(*wanted).order_by(table.c.seq.desc()).limit(size).offset((page - 1) * size)
        with self._database.transaction() as connection:
            total = connection.execute(select(func.count()).select_from(table).where(*wanted)).scalar_one()
            rows = connection.execute(newest).mappings().all()
        return [Record(row["seq"], row["body"], row["link"]) for row in rows], total

    def records(self, after: int = 0, until: int | None = None) -> Iterator[Record]:
        """Read the records in the order in which they stand, from after that number, some at a time."""
        columns = select(table.c.seq, table.c.body, table.c.link).order_by(table.c.seq).limit(_AT_ONCE)
        while True:
            following = columns.where(table.c.seq > after)
            if until is not None:
                following = following.where(table.c.seq <= until)
            with self._database.transaction() as connection:
                rows = connection.execute(following).all()
            if not rows:
                return
            yield from (Record(*row) for row in rows)
            after = rows[-1].seq

    def head(self) -> Head:
        """Tell where the chain ends, by its own account."""
        with self._database.transaction() as connection:
            return Head(*connection.execute(select(audit_head.c.seq, audit_head.c.link)).one())

    def heads_on_requests(self) -> list[tuple[int, Head]]:
        """Read the heads that requests hold, each with the number of its request."""
        holding = select(publish_requests.c.id, publish_requests.c.head_seq, publish_requests.c.head_link)
        with self._database.transaction() as connection:
            rows = connection.execute(holding.where(publish_requests.c.head_seq.is_not(None))).all()
        return [(number, Head(seq, bound)) for number, seq, bound in rows]
