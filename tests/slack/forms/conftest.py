"""The stage on which forms are opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.slack.forms.filling import NARROW
from tests.stage import ADMIN, GRANTS, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, grants=[*GRANTS[1:], ADMIN, NARROW]) as made:
        yield made
