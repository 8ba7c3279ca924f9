"""Seals: by what a button knows its request, watch or change again, once numbers are given a second time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from opsbot.domain.changes import part_of

if TYPE_CHECKING:
    from datetime import datetime

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.models import MessageRef, PublishRequest
    from opsbot.domain.watching import Watch

_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Button:
    """What a button, or the form that it opened, says of its request beside the number.

    `seal` is empty in those that an earlier version made; then `message` says whose card it stands in.
    """

    seal: str = ""
    message: MessageRef | None = None


def seal(request: PublishRequest) -> str:
    """Name a request by what was asked, by whom and when; unlike its number, that is never given again.

    A database that was restored gives the numbers again that it forgot, and the old cards are still there.
    """
    wish = request.wish
    return _sealed(
        wish.service, wish.package.version, wish.published_service, wish.requester.id, _instant(wish.asked_at)
    )


def seal_of_watch(watch: Watch) -> str:
    """Name a watch by who set it when, for whom and of what; one that was set anew is another."""
    return _sealed("watch", watch.target, watch.services, watch.by.id, _instant(watch.at))


def seal_of_change(change: NodeChange) -> str:
    """Name a change of a node by what was asked, by whom and when."""
    wanted = change.wanted
    return _sealed(wanted.verb, wanted.service, part_of(wanted), change.by.id, _instant(change.asked_at))


def _sealed(*named: object) -> str:
    return hashlib.sha256(json.dumps([str(each) for each in named]).encode()).hexdigest()[:_LENGTH]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def is_of(button: Button, request: PublishRequest) -> bool:
    """Tell whether the button was made for this request, and not for another that had its number."""
    if button.seal:
        return button.seal == seal(request)
    return button.message is not None and button.message == request.card


def of_another(button: Button, request: PublishRequest) -> str:
    """Say why the button decides nothing."""
    now = f"request {request.id} is {request.version} of {request.service} now"
    if button.seal:
        return f"This card is of another request, which I don't know any more; {now}. Open that one's own card."
    return f"This button is of an earlier version of me, and {now}. Open its newest card, or your Home again."
