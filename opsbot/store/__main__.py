"""`python -m opsbot.store`: migrates the database whose url comes in, for a process that is to stay small."""

import sys

from opsbot.errors import OpsbotError
from opsbot.store import Database, migrate

if __name__ == "__main__":
    try:
        migrate(Database(sys.stdin.read()))
    except OpsbotError:
        sys.exit(1)  # whoever asked finds the same when they look themselves
