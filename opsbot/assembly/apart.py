"""What is done by a process of its own, since what it loads would stay in a bot that never needs it again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from opsbot.errors import StoreError
from opsbot.store import Database, is_current

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def migrating_apart(url: str) -> Iterator[None]:
    """Have an embedded database migrated by another process meanwhile, if it has to be, and wait for that in the end.

    Nothing is raised: whoever opens the database then migrates what is missing still, and hears what is wrong with it.
    """
    if not _is_behind(url):
        yield
        return
    command = [sys.executable, "-P", "-m", "opsbot.store"]  # -P: nothing is loaded from the folder that one is in
    # The url goes in where nobody else can read it.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - ourselves
        assert process.stdin is not None
        try:
            process.stdin.write(url.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass  # it couldn't even begin
        yield


def _is_behind(url: str) -> bool:
    with closing(Database(url)) as database:
        if not database.is_embedded:
            return False
        try:
            return not (database.is_made and is_current(database))
        except StoreError:
            return False
