"""What buttons say of the request, watch or change that they are of: its number, and the seal by which it is known again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from opsbot.domain.seals import seal, seal_of_change, seal_of_watch
from opsbot.errors import CommandError

if TYPE_CHECKING:
    from opsbot.domain.changes import NodeChange
    from opsbot.domain.models import PublishRequest
    from opsbot.domain.watching import Watch

_STAMP = re.compile(r"([0-9]{1,9})(?::([0-9a-f]{1,64}))?")


def stamp(request: PublishRequest) -> str:
    """Write the value of a request's button."""
    return f"{request.id}:{seal(request)}"


def stamp_of_watch(watch: Watch) -> str:
    """Write the value of a watch's button."""
    return f"{watch.id}:{seal_of_watch(watch)}"


def stamp_of_change(change: NodeChange) -> str:
    """Write what the button of a change says of it."""
    return f"{change.id}:{seal_of_change(change)}"


def read_stamp(value: str) -> tuple[int, str]:
    """Read a button's value: the number, and the seal, empty where an earlier version made the button.

    Raises CommandError where it is neither.
    """
    found = _STAMP.fullmatch(value)
    if found is None:
        raise CommandError("That button isn't one of mine.", "requests")
    return int(found[1]), found[2] or ""
