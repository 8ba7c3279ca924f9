"""What Slack tells of App Homes: somebody opened theirs, or clicked in it in vain."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from opsbot.domain.models import HOME
from opsbot.errors import OpsbotError
from opsbot.slack.listening.payloads import HomeOpened
from opsbot.slack.transport.pool import TurnedAway

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opsbot.actions.homes import HomePainter
    from opsbot.domain.models import Asker
    from opsbot.slack.listening.doors import Ack
    from opsbot.slack.transport.pool import Pool

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HomeListener:
    """Shows people their Homes; where there is too much to do, they see the one of before for a little longer."""

    pool: Pool
    spare: Pool
    painter: HomePainter

    @property
    def events(self) -> Mapping[str, Callable[[Ack, dict[str, Any]], None]]:
        """Name the events that are listened to, each with its listener."""
        return {"app_home_opened": self.on_opened}

    def on_opened(self, ack: Ack, body: dict[str, Any]) -> None:
        """Show the Home to whoever opened it."""
        ack()
        try:
            opened = HomeOpened.model_validate(body)
        except ValidationError:
            _log.exception("the opening of a Home could not be read")
            return
        if not opened.is_home:
            return
        refused = self.pool.take(opened.user, self._show, self.painter.welcome, opened.user)
        if refused is TurnedAway.FULL:  # who has their share of it has none of the one thread that tells others
            refused = self.spare.take(opened.user, self._show, self.painter.welcome, opened.user)
        if refused is not None:
            _log.warning("there is too much to do to show %s their Home", opened.user)

    def show_what_is_true(self, asker: Asker) -> None:
        """Show the Home anew to whoever clicked in it what can't be done: they saw an older one."""
        if asker.place == HOME:
            self._show(self.painter.refresh, asker.person.id)

    def _show(self, show: Callable[[str], None], user: str) -> None:
        try:
            show(user)
        except OpsbotError as error:
            _log.warning("the Home of %s can't be shown: %s", user, error)
