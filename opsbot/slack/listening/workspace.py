"""Whose payload it is: what people of another workspace do in a shared channel ends at the door."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse
from slack_bolt.middleware import Middleware

from opsbot.slack.people import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_bolt import BoltRequest

    from opsbot.slack.identity import Identity

_log = logging.getLogger(__name__)


class OwnWorkspace(Middleware):
    """Passes on what the people of the bot's own workspace do; it compares ids, and asks nobody.

    In an organisation of workspaces the ids of teams don't tell who is at home: there, what Slack tells of each person
    decides alone, as it does about everybody who comes past here.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def process(
        self,
        *,
        req: BoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's signature
        next: Callable[[], BoltResponse],  # noqa: A002 - as above
    ) -> BoltResponse:
        """Pass the payload on, or acknowledge it and do nothing more."""
        body = req.body
        if all(self._is_home(team, body) for team in _teams(body)):
            return next()
        _log.warning("somebody of another workspace is not listened to: teams %r", sorted(set(_teams(body))))
        return BoltResponse(status=200, body=ELSEWHERE if "command" in body else "")

    def _is_home(self, team: str, body: dict[str, Any]) -> bool:
        enterprise = body.get("enterprise_id") or _of(body, "enterprise").get("id") or ""
        return self._identity.is_of(team, enterprise if isinstance(enterprise, str) else "")


def _teams(body: dict[str, Any]) -> Iterator[str]:
    """Name every team that the payload says it, or whoever acts in it, is of."""
    user, event = _of(body, "user"), _of(body, "event")
    named = (
        body.get("team_id"),
        _of(body, "team").get("id"),
        user.get("team_id"),
        event.get("team"),
        event.get("user_team"),
        event.get("source_team"),
    )
    return (str(team) for team in named if team)


def _of(body: dict[str, Any], key: str) -> dict[str, Any]:
    found = body.get(key)
    return found if isinstance(found, dict) else {}
