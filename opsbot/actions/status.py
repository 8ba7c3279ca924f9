"""The verb by which administrators see how the bot is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.results import StatusShown
from opsbot.domain.status import Status, freezes_in_force

if TYPE_CHECKING:
    from opsbot.actions.world import World


def show_status(world: World) -> StatusShown:
    """Tell how the bot is: what the store knows of the work, and what the replica that answers sees."""
    health = world.health
    freezes = freezes_in_force(world.policies.in_force(), world.clock())
    return StatusShown(Status(health.version, health.records(), health.outlook(), freezes))
