"""What SQLite, which keeps no statistics, reads to find a few rows among very many: an index, never all there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, literal, select

from opsbot.actions.stores import RequestQuery
from opsbot.domain.lifecycle import OPEN, State
from opsbot.domain.models import MessageRef
from opsbot.domain.queries import Mention
from opsbot.domain.retention import Retention
from opsbot.store import (
    AuditStore,
    Database,
    DeliveryStore,
    EventStore,
    Keeper,
    NodeChangeStore,
    PruningStore,
    RequestStore,
    migrate,
)
from opsbot.store.globbing import matches
from opsbot.store.schema import metadata
from tests.builders import CHANNEL, MAYA, NOON, SCORING, package

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PROJECT = ("design:FRAUD/*",)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("plans")
    database = Database(f"sqlite:///{path / 'opsbot.db'}")
    migrate(database)
    yield database
    database.close()


def _steps(database: Database, ask: Callable[[RequestStore, NodeChangeStore], object]) -> list[str]:
    """Ask, and give the steps in the plans of the questions."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    keeper = Keeper(database, AuditStore(database), lambda _: None)
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        ask(RequestStore(database, keeper), NodeChangeStore(database, keeper))
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert asked
    with database.engine.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", values).all() for each, values in asked]
    return [row[-1] for plan in plans for row in plan]


def _scans(database: Database, ask: Callable[[RequestStore, NodeChangeStore], object]) -> list[str]:
    """Ask, and give what the plans of the questions say about reading whole tables."""
    return [step for step in _steps(database, ask) if step in {f"SCAN {table}" for table in metadata.tables}]


@pytest.mark.parametrize(
    "ask",
    [
        lambda requests, _: requests.in_states(OPEN),
        lambda requests, _: requests.in_debt(),
        lambda requests, _: requests.last_published("design", "scoring"),
        lambda requests, _: requests.published_services_of(SCORING),
        lambda requests, _: requests.page(RequestQuery(_PROJECT)),
        lambda requests, _: requests.page(RequestQuery(_PROJECT, states=frozenset({State.EXPIRED}))),
        lambda requests, _: requests.page(RequestQuery(("*",), requester=Mention(id=MAYA.id))),
        lambda requests, _: requests.page(RequestQuery(("*",), requester=Mention(name="maya"))),
        lambda requests, _: requests.page(RequestQuery(("*",), service=SCORING)),
        lambda _, changes: changes.makers(SCORING, [package("v1")]),
    ],
)
def test_few_of_very_many_are_found_by_an_index(
    database: Database, ask: Callable[[RequestStore, NodeChangeStore], object]
) -> None:
    assert _scans(database, ask) == []


def test_what_may_be_forgotten_is_found_without_reading_all_that_is_kept(database: Database) -> None:
    steps = _steps(database, lambda *_: PruningStore(database).prune(Retention(), NOON))
    read_whole = [step for step in steps if re.match("SCAN [a-z]", step)]
    assert read_whole == ["SCAN slack_notes", "SCAN node_sights"]  # of which there are as many as people and nodes
    assert "SEARCH node_changes USING INDEX node_changes_by_state_and_time (state=? AND asked_at<?)" in steps


def test_makers_are_found_by_their_versions_and_not_by_all_that_was_ever_done(database: Database) -> None:
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        raw = connection.connection.driver_connection
        plans.extend(row[-1] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        NodeChangeStore(database, keeper).makers(SCORING, [package("v1")])
        EventStore(database).told_at(MessageRef(CHANNEL, "1.0"))
        DeliveryStore(database).last_post(CHANNEL)
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)
    assert "node_changes_by_part (service=? AND part=?)" in plans[0]
    assert any("stories_by_message (channel=? AND ts=?)" in step for step in plans)
    assert any("deliveries_by_channel (channel=?)" in step for step in plans)


@pytest.mark.parametrize(
    ("glob", "is_match"),
    [
        ("design:FRAUD/*", True),
        ("design:FRAUD/scor?ng[1]", True),
        ("design:FRAUD/scoring[1]", True),
        ("design:FRAUD/scoring?", False),
        ("design:fraud/*", False),
        ("*FRAUD*", True),
        ("design:FRAUD/scorin_[1]*", False),
        ("design:FRAUD/%*", False),
        ("design:FRAUD\\/*", False),
        ("*", True),
    ],
)
def test_a_glob_means_the_same_on_both_databases(database_url: str, glob: str, *, is_match: bool) -> None:
    database = Database(database_url)
    with database.transaction() as connection:
        found = connection.execute(select(literal(1)).where(matches(literal("design:FRAUD/scoring[1]"), [glob]))).all()
    database.close()
    assert bool(found) is is_match
