"""Databases with which a process has worked before, so that none waits for its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import put_database, put_work

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def url(ready_url: str, database_kind: str, tmp_path: Path) -> str:
    """One of either kind."""
    if database_kind == "sqlite":
        put_work(tmp_path / "opsbot.db")
    return ready_url


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    path = tmp_path / "opsbot.db"
    put_work(path)
    return put_database(path)
