"""What keeps a change with all that goes with it, whom that woke, and requests in every kind of store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.store import AuditStore, Database, Keeper, PauseStore, RequestStore, RulebookStore
from tests.conftest import ready_postgres
from tests.databases import put_database
from tests.fake_requests import FakeRequests
from tests.fakes import FakeKeeping, FakePauses, FakePolicies, FakeRulebook
from tests.store.asking import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def keeper(database: Database, woken: list[str]) -> Keeper:
    return Keeper(database, AuditStore(database), woken.append)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "fake":
        keeping, policies = FakeKeeping(), FakePolicies()
        pauses = FakePauses(keeping)
        yield Kept(FakeRequests(keeping, policies, pauses), pauses, FakeRulebook(policies))
        return
    url = put_database(tmp_path / "opsbot.db") if request.param == "sqlite" else ready_postgres(request)
    database = Database(url)
    keeper = Keeper(database, AuditStore(database), lambda _: None)
    yield Kept(RequestStore(database, keeper), PauseStore(database, keeper), RulebookStore(keeper))
    database.close()
