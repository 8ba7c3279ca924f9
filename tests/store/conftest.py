"""What keeps a change with all that goes with it, and whom that woke."""

from __future__ import annotations

import pytest

from opsbot.store import AuditStore, Database, Keeper


@pytest.fixture
def woken() -> list[str]:
    return []


@pytest.fixture
def keeper(database: Database, woken: list[str]) -> Keeper:
    return Keeper(database, AuditStore(database), woken.append)
