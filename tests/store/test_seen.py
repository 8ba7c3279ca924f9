from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from opsbot.store import SeenStore
from tests.builders import NOON

if TYPE_CHECKING:
    from opsbot.store import Database


def test_an_event_is_first_only_once(database: Database) -> None:
    seen = SeenStore(database)
    with ThreadPoolExecutor(8) as threads:
        firsts = list(threads.map(lambda _: seen.is_first("Ev1", NOON), range(8)))
    assert firsts.count(True) == 1
    assert seen.is_first("Ev2", NOON)
