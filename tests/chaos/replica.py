"""A bot in a process of its own that kills itself where it is told to.

It is told by a file that names a point of `POINTS`; whoever of several replicas reaches the point first takes the file
away, and dies by SIGKILL.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opsbot.assembly import duties
from opsbot.assembly.bot import Bot
from opsbot.config import Config
from opsbot.domain.changes import ChangeState, NodeChange
from opsbot.domain.deliveries import Kind
from opsbot.domain.lifecycle import State
from opsbot.domain.models import PublishRequest
from opsbot.domain.verdict import Ending
from opsbot.durable import Tempo

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

    from opsbot.actions.delivering import Mouth
    from opsbot.actions.ports import Messenger
    from opsbot.actions.stores import Sights
    from opsbot.actions.world import World
    from opsbot.assembly.lookout import Lookout

POINTS = (
    "vote kept",  # the quorum is filled in the database, and nothing is begun
    "run begun",  # the run is known to the durable work
    "looked",  # the node was looked at, nothing is claimed
    "claimed",  # the request is publishing in the database, the step isn't done
    "set out",  # the post is announced in the database, and not sent
    "posting",  # the node is at it
    "posted",  # the node is done, and nobody here knows
    "settled",  # the end is in the database, the step isn't done
    "telling",  # the outcome is about to be said
    "told",  # the outcome is said in Slack, and not recorded
)
CHANGE_POINTS = (
    "change set out",  # the call is announced in the database, and not sent
    "change posting",  # the node is at it
    "change posted",  # the node is done, and nobody here knows
)
WATCH_POINTS = (
    "read",  # the node was read, and nothing of it is stored
    "stored",  # the news is in the database, and nothing is sent
    "joined",  # many are joined into one in the database, and that one isn't sent
    "list told",  # a list is said in Slack, and not recorded
    "news telling",  # the news is about to be said
    "news told",  # the news is said in Slack, and not recorded
    "story begun",  # where it was said is known as the story of its version, and the line doesn't know it
)
IN_FLIGHT = 0.1
QUICK = Tempo(line=0.05, sweep=0.5, beat=0.25, dead=1.5)


class Trap:
    """Kills this process at the armed point."""

    def __init__(self, armed: Path) -> None:
        self._armed = armed

    def is_set(self, point: str) -> bool:
        """Tell whether this is the point; the first who asks so takes it."""
        try:
            if self._armed.read_text() != point:
                return False
            self._armed.rename(self._armed.with_suffix(f".{os.getpid()}"))
        except FileNotFoundError:
            return False
        return True

    def reach(self, point: str) -> None:
        """Die, if this is the point."""
        if self.is_set(point):
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()


class _Around:
    """Another object, with some of its methods in this class."""

    def __init__(self, inner: Any, trap: Trap) -> None:
        self._inner = inner
        self._trap = trap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class FragileDesigner(_Around):
    def published_versions(self, *args: Any) -> Any:
        found = self._inner.published_versions(*args)
        self._trap.reach("looked")
        return found

    def publish(self, *args: Any) -> None:
        if self._trap.is_set("posting"):
            threading.Timer(IN_FLIGHT, os.kill, (os.getpid(), signal.SIGKILL)).start()
        self._inner.publish(*args)
        self._trap.reach("posted")

    def create_package(self, *args: Any) -> None:
        self._change(self._inner.create_package, *args)

    def delete_package(self, *args: Any) -> None:
        self._change(self._inner.delete_package, *args)

    def _change(self, call: Callable[..., None], *args: Any) -> None:
        if self._trap.is_set("change posting"):
            threading.Timer(IN_FLIGHT, os.kill, (os.getpid(), signal.SIGKILL)).start()
        call(*args)
        self._trap.reach("change posted")


class FragileRequests(_Around):
    def change(self, *args: Any) -> Any:
        changed = self._inner.change(*args)
        if isinstance(changed, PublishRequest):
            match changed.state:
                case State.APPROVED:
                    self._trap.reach("vote kept")
                case State.PUBLISHING if changed.posted_at is None:
                    self._trap.reach("claimed")
                case State.PUBLISHING:
                    self._trap.reach("set out")
                case State.PUBLISHED:
                    self._trap.reach("settled")
                case _:
                    pass
        return changed


class FragileChanges(_Around):
    def change(self, *args: Any) -> Any:
        changed = self._inner.change(*args)
        if isinstance(changed, NodeChange) and changed.state is ChangeState.DOING and changed.posted_at is not None:
            self._trap.reach("change set out")
        return changed


class FragileDurable(_Around):
    def publish(self, *args: Any) -> None:
        self._inner.publish(*args)
        self._trap.reach("run begun")


class FragileMessenger(_Around):
    def say(self, delivery: Any, subject: Any) -> Any:
        is_outcome = delivery.message.kind is Kind.OUTCOME
        if is_outcome:
            self._trap.reach("telling")
        said = self._inner.say(delivery, subject)
        if is_outcome:
            self._trap.reach("told")
        return said


class FragileSights(_Around):
    def keep(self, *args: Any, **kwargs: Any) -> None:
        is_news = bool(args[3])
        if is_news:
            self._trap.reach("read")
        self._inner.keep(*args, **kwargs)
        if is_news:
            self._trap.reach("stored")


class FragileLines(_Around):
    def join(self, *args: Any) -> Any:
        joined = self._inner.join(*args)
        if joined:
            self._trap.reach("joined")
        return joined


class FragileNewsroom(_Around):
    def post(self, *args: Any) -> Any:
        self._trap.reach("news telling")
        said = self._inner.post(*args)
        self._trap.reach("news told")
        return said

    def burst(self, *args: Any) -> Any:
        said = self._inner.burst(*args)
        self._trap.reach("list told")
        return said


class FragileEvents(_Around):
    def begin_story(self, *args: Any) -> None:
        self._inner.begin_story(*args)
        self._trap.reach("story begun")


class FragileBot(Bot):
    """The bot, with traps set at its ports."""

    trap: Trap

    def make_lookout(self, config: Config, sights: Sights, *args: Any) -> Lookout:
        fragile: Any = FragileSights(sights, self.trap)
        return super().make_lookout(config, fragile, *args)

    def make_world(self, *args: Any) -> World:
        world = super().make_world(*args)
        trap = self.trap
        return replace(
            world,
            designer=FragileDesigner(world.designer, trap),
            requests=FragileRequests(world.requests, trap),
            changes=FragileChanges(world.changes, trap),
            durable=FragileDurable(world.durable, trap),
            deliveries=FragileLines(world.deliveries, trap),
        )

    def make_mouth(self, messenger: Messenger) -> Mouth:
        fragile: Any = FragileMessenger(messenger, self.trap)
        made = super().make_mouth(fragile)
        events: Any = FragileEvents(made.teller.events, self.trap)
        newsroom: Any = FragileNewsroom(made.teller.newsroom, self.trap)
        return replace(made, gap=0.05, teller=replace(made.teller, events=events, newsroom=newsroom))


def blindly(request_id: int, run: str, world: World) -> Ending:
    """The mutant of `post`: it sends without asking whether it may have sent before."""
    request = world.requests.get(request_id)
    world.designer.publish(request.service, request.version, request.wish.published_service)
    return Ending(State.PUBLISHED, "")


def live(config: Path, armed: Path, log: Path, listens: Connection, *, mutant: bool) -> None:
    """Be a bot until SIGTERM; tells by `listens` at which port it is, once it listens there."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    with log.open("w") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    if mutant:
        duties.post = blindly  # type: ignore[attr-defined]  # the step whose guard is what this mutant lacks
    FragileBot.trap = Trap(armed)
    with FragileBot(Config.model_validate(json.loads(config.read_text())), tempo=QUICK) as bot:
        listens.send(bot.http.port)
        signal.sigwait({signal.SIGTERM})
