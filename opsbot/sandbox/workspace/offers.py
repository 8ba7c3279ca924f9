"""What an external select offers: the app is asked for it while somebody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.sandbox.workspace.choices import check_offered
from opsbot.sandbox.workspace.delivery import JSON, Unanswered
from opsbot.sandbox.workspace.refusals import invalid_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.sandbox.workspace.controls import Use
    from opsbot.sandbox.workspace.delivery import Delivery

_TYPED_AT_LEAST = 3
"""Slack's `min_query_length` where an app names none."""


async def offered(delivery: Delivery, element: JSON, use: Use, payload: Callable[[str], JSON]) -> list[JSON]:
    """Ask the app with the payload for what was typed; none where it is silent, a refusal where Slack shows none."""
    typed = str(use.value or "")
    if len(typed) < element.get("min_query_length", _TYPED_AT_LEAST):
        return []
    answer = await delivery.deliver("interactive", payload(typed))
    if isinstance(answer, Unanswered):
        return []
    faults = list(check_offered(answer.payload))
    if faults:
        raise invalid_arguments(*faults, code="invalid_options")
    groups = answer.payload.get("option_groups") or []
    return [*(answer.payload.get("options") or []), *(option for group in groups for option in group["options"])]
