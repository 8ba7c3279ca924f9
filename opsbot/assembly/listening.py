"""The listeners, wired: what hears Slack, with what it hands over to."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.actions.suggesting import Suggestions
from opsbot.assembly.opening import now
from opsbot.slack import (
    Doer,
    FormListeners,
    HomeListener,
    Listeners,
    Opener,
    Pool,
    Replier,
    Shares,
    ShortcutListeners,
    SpokenListener,
    Suggesting,
)
from opsbot.telemetry import Queue

if TYPE_CHECKING:
    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.actions.homes import HomePainter
    from opsbot.config import Config
    from opsbot.dataiku.catalog import NodeCatalog
    from opsbot.slack import Identity, KeptWebClient, SlackDirectory, SlackProgress, Turns
    from opsbot.store import SeenStore

_TURNED_AWAY_WAITING = 100
_TURNED_AWAY_EACH = 10
_DOWNLOADS = 2
_DOWNLOADS_WAITING = 8
_DOWNLOADS_EACH = 4


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does what the listeners take: `spare` tells those whom `pool` has no time for, `slow` does what takes long.

    `typing` is each person's share of the threads that answer while they type.
    """

    pool: Pool
    spare: Pool
    slow: Pool
    typing: Shares

    @classmethod
    def hired(cls, config: Config, turns: Turns, pool: Pool | None) -> Workers:
        """Have workers for all that comes in."""
        return cls(
            pool or Pool(config.work.threads, config.work.queue, turns, config.work.per_person),
            Pool(1, _TURNED_AWAY_WAITING, turns, _TURNED_AWAY_EACH),
            Pool(_DOWNLOADS, _DOWNLOADS_WAITING, None, _DOWNLOADS_EACH),  # the checksum of a gigabyte is a long turn
            Shares(max(1, min(config.work.per_person, config.http.threads // 2))),
        )

    def queues(self) -> dict[str, Queue]:
        """Name all workers, for their queues to be looked at."""
        pools = {"pool": self.pool, "spare": self.spare, "slow": self.slow}
        return {name: Queue(pool.waiting, pool.going_on) for name, pool in pools.items()}

    def close(self, seconds: float) -> None:
        """Take no more, and finish what was taken; in so many seconds, all of it together."""
        until = monotonic() + seconds
        for pool in (self.pool, self.slow, self.spare):
            pool.close(max(until - monotonic(), 0.0))


@dataclass(frozen=True, slots=True)
class Ears:
    """All that the listeners need of the rest."""

    dispatcher: Dispatcher
    workers: Workers
    client: KeptWebClient
    identity: Identity
    directory: SlackDirectory
    progress: SlackProgress
    catalog: NodeCatalog
    seen: SeenStore
    homes: HomePainter
    command_name: str

    def listeners(self) -> Listeners:
        """Wire the listeners of commands, clicks, mentions, forms, shortcuts and Homes."""
        replier = Replier(self.client, self.identity.user, self.progress)
        opener = Opener(self.client)
        doer = Doer(self.dispatcher, self.workers.slow, replier, self.command_name)
        return Listeners(
            dispatcher=self.dispatcher,
            pool=self.workers.pool,
            doer=doer,
            spare=self.workers.spare,
            replier=replier,
            opener=opener,
            command_name=self.command_name,
            home=HomeListener(self.workers.pool, self.workers.spare, self.homes),
            forms=self._forms(doer, replier, opener),
            shortcuts=self._shortcuts(doer, replier, opener),
            spoken=self._spoken(doer, replier),
        )

    def _spoken(self, doer: Doer, replier: Replier) -> SpokenListener:
        return SpokenListener(
            doer=doer,
            pool=self.workers.pool,
            spare=self.workers.spare,
            replier=replier,
            directory=self.directory,
            seen=self.seen,
            clock=now,
            command_name=self.command_name,
            bot_user=self.identity.user,
        )

    def _forms(self, doer: Doer, replier: Replier, opener: Opener) -> FormListeners:
        suggestions = Suggestions(self.catalog, self.dispatcher.world.requests)
        return FormListeners(
            dispatcher=self.dispatcher,
            doer=doer,
            pool=self.workers.pool,
            spare=self.workers.spare,
            replier=replier,
            opener=opener,
            suggesting=Suggesting(self.dispatcher, suggestions, self.workers.typing),
            look_again=self.catalog.look_again,
            command_name=self.command_name,
        )

    def _shortcuts(self, doer: Doer, replier: Replier, opener: Opener) -> ShortcutListeners:
        return ShortcutListeners(
            dispatcher=self.dispatcher,
            doer=doer,
            pool=self.workers.pool,
            spare=self.workers.spare,
            replier=replier,
            opener=opener,
            look_again=self.catalog.look_again,
            command_name=self.command_name,
            bot=self.identity.bot,
        )
