"""The audit on both databases: one chain, however many append; nobody changes what is in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from opsbot.domain.audit import BEFORE_THE_FIRST, Entry, digest, entry_of, link
from opsbot.domain.chain import KnownHead, verify
from opsbot.domain.models import Place
from opsbot.domain.redaction import redacting
from opsbot.errors import StoreError
from opsbot.store import AuditStore, Database
from opsbot.store.schema import audit_records, publish_requests
from tests.builders import MAYA, NOON, OMAR, SCORING
from tests.conftest import ready_postgres

if TYPE_CHECKING:
    from typing import Any


def entry(what: str = "approve", **more: Any) -> Entry:
    return Entry(NOON, MAYA, what, "done", **more)


def test_what_is_kept_comes_back_as_it_was(database: Database) -> None:
    audit = AuditStore(database)
    said = Entry(
        NOON,
        OMAR,
        "approve",
        "refused: you may not",
        Place("C01MLOPS", "17.000100"),
        SCORING,
        "v3",
        "scoring",
        12,
        "ab" * 32,
        {"roles": ["approver"], "comment": "“fine” ✓ נתונים\0", "state": "pending", "attempt": 2, "packager": None},
    )
    head = audit.append(said)
    (record,) = audit.records()
    assert entry_of(record) == said
    assert (record.seq, record.link) == (head.seq, head.link)
    assert head.link == link(BEFORE_THE_FIRST.link, digest(record.body))
    assert audit.head() == head


def test_who_sat_at_a_terminal_is_in_the_detail_of_the_record(database: Database) -> None:
    audit = AuditStore(database)
    said = entry(where=Place("", terminal="ada"), detail={"reason": "due"})
    audit.append(said)
    (record,) = audit.records()
    assert '"detail":{"reason":"due","terminal":"ada"}' in record.body
    assert '"where":{"channel":"","thread":null}' in record.body
    assert entry_of(record) == said


def test_a_text_that_no_encoding_takes_is_kept_all_the_same(database: Database) -> None:
    audit = AuditStore(database)
    audit.append(entry(detail={"comment": "half a pair: \ud83d"}))
    assert entry_of(next(audit.records())).detail == {"comment": "half a pair: ?"}


def test_secrets_are_taken_out_before_anything_is_hashed(database: Database) -> None:
    audit = AuditStore(database, redacting(["hunter2"]))
    audit.append(entry(detail={"comment": "it is hunter2", "deep": [{"token": "xoxb-1234-abcd"}]}))
    record = next(audit.records())
    assert entry_of(record).detail == {"comment": "it is [secret]", "deep": [{"token": "[secret]"}]}
    assert verify([record]).faults == ()


def test_what_has_no_one_way_to_be_written_is_not_kept(database: Database) -> None:
    audit = AuditStore(database)
    with pytest.raises(TypeError, match="float"):
        audit.append(entry(detail={"seconds": 0.1}))
    assert list(audit.records()) == []
    assert audit.head() == BEFORE_THE_FIRST


def test_a_page_is_newest_first_and_of_what_was_asked_for(database: Database) -> None:
    audit = AuditStore(database)
    for number in range(1, 6):
        audit.append(entry(f"try {number}", request=number % 2, service=SCORING if number < 4 else None))
    found, total = audit.page(service=None, request=1, page=1, size=2)
    assert ([entry_of(record).what for record in found], total) == (["try 5", "try 3"], 3)
    found, total = audit.page(service=SCORING, request=1, page=1, size=5)
    assert ([entry_of(record).what for record in found], total) == (["try 3", "try 1"], 2)
    assert audit.page(service=None, request=None, page=3, size=2)[1] == 5


def test_a_long_chain_is_read_in_parts_and_in_its_order(database: Database) -> None:
    audit = AuditStore(database, at_once=3)
    for number in range(7):
        audit.append(entry(f"try {number}"))
    assert [record.seq for record in audit.records()] == [1, 2, 3, 4, 5, 6, 7]
    assert [record.seq for record in audit.records(after=2, until=5)] == [3, 4, 5]
    assert verify(audit.records(), [KnownHead(audit.head(), "the store")]).faults == ()


def test_the_heads_that_requests_keep_are_read(database: Database) -> None:
    row = {
        "service": str(SCORING),
        "published_service": "scoring",
        "release_notes": "",
        "requester_id": MAYA.id,
        "requester_name": MAYA.name,
        "reason": "",
        "asked_in": "C1",
        "asked_at": NOON,
        "state": "published",
    }
    heads: list[dict[str, Any]] = [
        {"version": f"v{seq}", "head_seq": seq, "head_link": f"{seq:064}", "card_channel": f"C{seq % 2}"}
        for seq in range(1, 6)
    ]
    without: dict[str, Any] = {"version": "v0", "head_seq": None, "head_link": None, "card_channel": None}
    with database.transaction() as connection:
        connection.execute(insert(publish_requests), [{**row, **head} for head in (without, *heads)])
    audit = AuditStore(database, at_once=2)
    assert [(request, head.seq, head.link[-1]) for request, head in audit.heads()] == [
        (2, 1, "1"),
        (3, 2, "2"),
        (4, 3, "3"),
        (5, 4, "4"),
        (6, 5, "5"),
    ]
    assert audit.card_channels() == ["C0", "C1"]


def test_fifty_tries_each_of_four_threads_make_one_chain(database: Database) -> None:
    audit = AuditStore(database)
    _append_from_threads([audit] * 4)
    assert verify(audit.records(), [KnownHead(audit.head(), "the store")]).records == 200
    assert verify(audit.records(), [KnownHead(audit.head(), "the store")]).faults == ()


def test_two_replicas_make_one_chain(request: pytest.FixtureRequest) -> None:
    url = ready_postgres(request)
    with closing(Database(url)) as one, closing(Database(url)) as other:
        _append_from_threads([AuditStore(one), AuditStore(other)] * 2)
        verdict = verify(AuditStore(one).records(), [KnownHead(AuditStore(other).head(), "the other")])
    assert (verdict.records, verdict.faults, verdict.unproven) == (200, (), 0)


def _append_from_threads(stores: list[AuditStore]) -> None:
    def fifty(store: AuditStore) -> list[int]:
        return [store.append(entry(f"try {number}")).seq for number in range(50)]

    with ThreadPoolExecutor(len(stores)) as threads:
        given = [seq for seqs in threads.map(fifty, stores) for seq in seqs]
    assert sorted(given) == list(range(1, len(stores) * 50 + 1))


def test_what_is_undone_leaves_no_gap(database: Database) -> None:
    audit = AuditStore(database)
    audit.append(entry())
    with suppress(RuntimeError), database.transaction() as connection:
        audit.append_in(connection, entry())
        raise RuntimeError
    audit.append(entry())
    assert [record.seq for record in audit.records()] == [1, 2]
    assert verify(audit.records()).faults == ()


@pytest.mark.parametrize("change", [update(audit_records).values(what="x"), delete(audit_records)])
def test_the_database_refuses_to_change_a_record(database: Database, change: Any) -> None:
    audit = AuditStore(database)
    audit.append(entry())
    with pytest.raises(StoreError) as refused, database.transaction() as connection:
        connection.execute(change)
    assert isinstance(refused.value.__cause__, DBAPIError)
    assert "the audit is append-only" in str(refused.value.__cause__.orig)
    assert entry_of(next(audit.records())) == entry()


def test_the_database_refuses_to_empty_the_audit(request: pytest.FixtureRequest) -> None:
    with closing(Database(ready_postgres(request))) as database:
        AuditStore(database).append(entry())
        with pytest.raises(StoreError) as refused, database.transaction() as connection:
            connection.execute(text("TRUNCATE audit_records"))
        assert "the audit is append-only" in str(refused.value.__cause__)
