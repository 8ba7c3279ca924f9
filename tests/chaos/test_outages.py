"""A frozen replica and a rolling restart, at a small size; `make chaos` has them at full size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.field import field_of
from tests.chaos.outages import AT_ONCE, freeze, roll
from tests.conftest import fresh_postgres

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_a_frozen_replica_was_at_is_carried_on_and_done_once(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with field_of(tmp_path, fresh_postgres(request), replicas=2) as made:
        assert freeze(made, 2.5) == []  # a replica is dead after half of that here


def test_a_rolling_restart_under_load_loses_nothing_and_does_nothing_twice(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with field_of(tmp_path, fresh_postgres(request), replicas=2, **AT_ONCE) as made:
        assert roll(made, every=0.5) == []
