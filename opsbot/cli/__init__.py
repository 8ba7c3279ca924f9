"""The command line."""

from opsbot.cli.ending import End
from opsbot.cli.program import main

__all__ = ["End", "main"]
