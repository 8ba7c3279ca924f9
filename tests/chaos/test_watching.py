"""Kills of whoever looks at the node and tells: of what happens there nothing is lost, and nothing is told twice."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections import Counter
from typing import TYPE_CHECKING

from opsbot.store import Database, migrate
from tests.chaos.field import field_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.field import Field, Replica

CHANNEL = "C01MLOPS"
WATCHES = [{"channel": CHANNEL, "services": ["design:FRAUD/*"], "events": ["packaged"]}]
OFTEN = {"poll_interval": "100ms"}
KILLS = 6
EACH = 4
SERVICE = "rules"
SEED = 6


def test_what_happens_on_the_node_is_told_once_whoever_is_killed(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    migrate(database)
    draw = random.Random(SEED)
    replicas = 1 if database.is_embedded else 2
    with field_of(tmp_path, database_url, replicas=replicas, watches=WATCHES, watching=OFTEN) as made:
        made.wait(lambda: _was_seen(database))
        for number in range(KILLS):
            for each in range(EACH):
                made.designer.node.create_package("FRAUD", SERVICE, f"k{number}_{each}", by="script")
                time.sleep(draw.uniform(0, 0.1))
            time.sleep(draw.uniform(0, 1.5))
            _kill(draw.choice([replica for replica in made.replicas if replica.lives]))
            made.start()
        made.wait(lambda: len(_told(made)) == KILLS * EACH)
        made.wait(lambda: _line_is_empty(database))
        assert set(_told(made).values()) == {1}
    database.close()


def _kill(replica: Replica) -> None:
    os.kill(replica.process.pid, signal.SIGKILL)
    assert replica.process.wait() == -9


def _told(made: Field) -> Counter[str]:
    """How often each package is told, by a message of its own or in a list."""
    said = "\n".join(message["text"] for message in made.said("`k"))
    return Counter(re.findall(r"`(k\d+_\d+)`", said))


def _was_seen(database: Database) -> bool:
    with database.transaction() as connection:
        return bool(connection.exec_driver_sql("SELECT count(*) FROM sights").scalar_one())


def _line_is_empty(database: Database) -> bool:
    with database.transaction() as connection:
        unsaid = "SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')"
        return not connection.exec_driver_sql(unsaid).scalar_one()
