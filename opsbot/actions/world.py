"""What an action can reach: the ports, and the rules in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsbot.actions.ports import Announcer, Clock, Designer, Directory, Manual, PublishStarter, Requests
    from opsbot.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class World:
    """Built once by the assembly, and handed to every action."""

    rules: Rules
    designer: Designer
    requests: Requests
    directory: Directory
    announcer: Announcer
    start_publish: PublishStarter
    manual: Manual
    clock: Clock
