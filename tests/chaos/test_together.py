"""Several replicas on one PostgreSQL: many clicks at once, and a database that goes away."""

from __future__ import annotations

import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from opsbot.domain.lifecycle import State
from opsbot.sandbox import demo
from tests.chaos.field import field_of
from tests.chaos.outages import lose_database
from tests.conftest import fresh_postgres
from tests.postgres import server_in, url_of

if TYPE_CHECKING:
    import pytest

APPROVERS = (demo.OMAR, demo.ADA, demo.NILS, demo.VIC)
GONE_SECONDS = 10.0


def test_fifty_clicks_over_three_replicas_publish_once_and_forty_nine_hear_who_won(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with field_of(tmp_path, fresh_postgres(request), replicas=3) as made:
        asked = made.ask(made.replicas[0], "svc")

        def click(number: int) -> int | None:
            return made.click(made.replicas[number % 3], asked, APPROVERS[number % 4])

        with ThreadPoolExecutor(50) as threads:
            assert set(threads.map(click, range(50))) == {200}
        ended = made.wait(lambda: made.settled(asked))
        assert ended.state is State.PUBLISHED
        made.wait(lambda: len(made.ear.heard) == 49)
        assert made.posts("svc") == 1
        told = [re.search(r"was approved by (\w+) already", each) for each in made.ear.heard]
        names = {found[1] for found in told if found is not None}
        assert None not in told
        assert ended.decision is not None
        assert names <= {ended.decision.person.name, "you"}
        assert len(made.outcomes(ended)) == 1


def test_while_the_database_is_gone_people_are_told_and_nothing_is_lost(tmp_path: Path) -> None:
    # Not below pytest's own folder: whoever starts another pytest meanwhile has that closed to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="opsbot-postgres-"))
    server = server_in(folder)
    try:
        with field_of(tmp_path, url_of(server), replicas=2) as made:
            assert lose_database(made, server, GONE_SECONDS) == []
    finally:
        server.cleanup()
        shutil.rmtree(folder)
