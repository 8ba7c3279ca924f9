"""The verb that tells what became of what was to be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbot.actions.stores import DeliveryQuery
from opsbot.actions.watching import target_of
from opsbot.domain.authorization import Permission, refusal
from opsbot.domain.commands import PAGE_SIZE
from opsbot.domain.results import DeliveriesListed, Refused

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.authorization import Standing
    from opsbot.domain.commands import ListDeliveries
    from opsbot.domain.deliveries import Told
    from opsbot.domain.models import Asker


def list_deliveries(
    command: ListDeliveries, asker: Asker, standing: Standing, world: World
) -> DeliveriesListed | Refused:
    """List what was said in this channel, or to the asker, as far as it is of services that they may read.

    What was said anywhere is for who administers everything: there are other people's direct messages among it.
    """
    if command.everywhere and not standing.allows_everywhere(Permission.ADMIN):
        reason = refusal(standing, Permission.ADMIN, None, everywhere=True)
        return Refused(reason, world.rules.access.administrators(None))
    target = None if command.everywhere else target_of(asker, personally=False)
    query = DeliveryQuery(
        visible=standing.reach(Permission.READ),
        person=asker.person.id,
        since=world.clock() - timedelta(days=command.days),
        target=target,
        failed=command.failed,
        page=command.page,
        size=PAGE_SIZE,
    )
    found, total = world.deliveries.page(query)
    told = tuple(_linked(each, world) for each in found)
    return DeliveriesListed(command, told, total, personal=target in {None, asker.person.id})


def _linked(told: Told, world: World) -> Told:
    ref = told.delivery.ref
    return replace(told, link=world.link_to(ref)) if ref is not None else told
