"""What a thread is about: a publish request, where it is the card's; a version, where it is that or its story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.actions.stores import RequestQuery
from opsbot.domain.commands import Subject
from opsbot.domain.lifecycle import OPEN
from opsbot.domain.models import MessageRef

if TYPE_CHECKING:
    from opsbot.actions.world import World
    from opsbot.domain.models import Place, PublishRequest

_MOST_OPEN = 200


def request_in(place: Place, world: World) -> PublishRequest | None:
    """Find the request whose card's thread it is."""
    return world.requests.of_card(MessageRef(place.channel, place.thread)) if place.thread is not None else None


def open_requests(subject: Subject | None, world: World) -> list[PublishRequest]:
    """Find the open requests for the version that a thread is about, oldest first."""
    if subject is None:
        return []
    query = RequestQuery(("*",), service=subject.service, states=OPEN, size=_MOST_OPEN)
    found, _ = world.requests.page(query)
    return sorted((each for each in found if each.version == subject.version), key=lambda each: each.id)


def subject_in(place: Place, request: PublishRequest | None, world: World) -> Subject | None:
    """Tell which version the thread is about; None where it is about none, or about several."""
    if request is not None:
        about, target = (request.service, request.version), request.wish.published_service
    elif place.thread is not None:
        told = world.events.told_at(MessageRef(place.channel, place.thread))
        if len(told) != 1:
            return None
        about, target = told[0], None
    else:
        return None
    service, version = about
    last = world.requests.last_published(service.node, target or service.service)
    is_other = last is not None and last.service == service and last.version != version
    return Subject(service, version, target, last.version if last is not None and is_other else None)
