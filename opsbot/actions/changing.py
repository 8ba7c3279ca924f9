"""Changing a node as somebody asked: the one durable, audited way, whatever the change is.

`begin`, `post` and `settle` are the steps of a run that survives a crash; a step that was under way then is done again,
so each says what happens if it is. `run` names the run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbot.actions.comparing import seen
from opsbot.actions.node_calls import call, caution, look, obstacle
from opsbot.actions.recording import DONE, of_change
from opsbot.domain import watching
from opsbot.domain.changes import (
    DOING,
    GOING_ON,
    ChangeState,
    NodeChange,
    in_progress,
    is_same,
    lane_of,
    object_of,
    part_of,
)
from opsbot.domain.commands import CreatePackage, DeletePackage
from opsbot.domain.deliveries import Effects, Kind, Message
from opsbot.domain.models import Package
from opsbot.domain.results import ChangeBegun
from opsbot.errors import (
    ConflictError,
    DSSArgumentError,
    DSSError,
    DSSRefusedError,
    DSSUnavailableError,
    NotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from opsbot.actions.node_calls import Look
    from opsbot.actions.world import World
    from opsbot.domain.commands import ChangeNode
    from opsbot.domain.models import Asker, MessageRef

    Step = Callable[[NodeChange], tuple[NodeChange, Effects | None] | str]

_LOOK_AGAIN = timedelta(seconds=10)
_LOOK_AT_LEAST = timedelta(minutes=5)
_LOOKED_FOR = timedelta(hours=1)
_PLAIN_NO = (ConflictError, NotFoundError, DSSRefusedError, DSSArgumentError)
"""Answers by which a node says that it did nothing, and why."""


def ask_for(wanted: ChangeNode, asker: Asker, world: World) -> ChangeBegun:
    """Have a change made that nothing stands in the way of; what came of it is told where it was asked.

    Who wants the same as somebody else already hears of that one; ConflictError where the service is being changed in
    another way that doesn't go together with it.
    """
    _look_now(wanted, world)
    now = world.clock()
    where = asker.place if asker.place.channel else replace(asker.place, channel=asker.person.id)  # directly, then
    change = NodeChange(0, wanted, asker.person, where, now, ChangeState.ASKED)

    def effects(opened: NodeChange) -> Effects:
        begun = () if opened.is_private else (Message(Kind.CHANGE, where.channel, change=opened.id),)
        return Effects(of_change(opened, asker, wanted.verb, DONE, now), begun)

    kept, is_new = world.changes.open(change, effects)
    if not is_new and not is_same(kept.wanted, wanted):
        doing = f"{DOING[kept.wanted.verb]} {object_of(kept.wanted)}"
        raise ConflictError(f"I'm {doing} for {kept.by.name} just now, which comes first. Ask again when that is done.")
    world.durable.change(kept.id)
    return ChangeBegun(kept, was_begun=not is_new)


def begin(number: int, run: str, world: World) -> bool:
    """Claim the change for the run, unless something came in its way; tells whether to go on.

    It is looked at once more first: what is as it was wished already is nobody's doing of ours, and ends the change.
    Twice is the same as once.
    """
    change = world.changes.get(number)
    if change.claimed_by == run:
        return change.state is ChangeState.DOING
    if change.state is not ChangeState.ASKED:
        return False
    why_not = _why_not(change, world)
    now = world.clock()

    def step(change: NodeChange) -> tuple[NodeChange, Effects | None] | str:
        if change.state is not ChangeState.ASKED:
            return _stands(change)
        if why_not is not None:
            said = f"Nothing was sent: {why_not}"
            return _settled(replace(change, state=ChangeState.FAILED, outcome=said), now)
        return replace(change, state=ChangeState.DOING, claimed_by=run), None

    begun = world.changes.change(number, step)
    return not isinstance(begun, str) and begun.state is ChangeState.DOING


def post(number: int, run: str, world: World) -> NodeChange:
    """Call the node once, and tell what came of that; a run that may have called before looks instead."""
    now = world.clock()
    change = world.changes.get(number)
    if change.state is not ChangeState.DOING or change.claimed_by != run:
        return change

    going = _going(change, world) if change.posted_at is None else None

    def set_out(change: NodeChange) -> tuple[NodeChange, Effects | None] | str:
        if change.claimed_by != run or change.posted_at is not None:
            return "it was set out before"
        return replace(change, posted_at=now, package=going), None

    if isinstance(world.changes.change(number, set_out), str):
        return _looked_up(change, "I was stopped while the node was at it.", ChangeState.UNKNOWN, world)
    try:
        with world.progress.over(lambda: _message(number, world), in_progress(change)):
            call(change.wanted, world.designer)
    except _PLAIN_NO as error:
        return _failed(change, str(error))
    except DSSError as error:
        return _after_silence(change, error, world)
    seconds = (world.clock() - now).total_seconds()
    return replace(change, state=ChangeState.DONE, package=_package(change, world), seconds=seconds)


def settle(ended: NodeChange, world: World) -> None:
    """Keep what came of it, and have it told; twice is the same as once."""
    now = world.clock()

    def step(change: NodeChange) -> tuple[NodeChange, Effects | None] | str:
        if change.state is not ChangeState.DOING:
            return _stands(change)
        return _settled(replace(ended, message=change.message, package=ended.package or change.package), now)

    if ended.state is ChangeState.DONE:
        ended = _with_caution(ended, world)
    if ended.state is ChangeState.DONE and ended.package is not None and isinstance(ended.wanted, CreatePackage):
        seen(ended.service, ended.package, world.designer, world.snapshots, world.clock)
    world.changes.change(ended.id, step)


def give_up(number: int, incident: str, world: World) -> None:
    """Let nobody wait for a run that a fault of ours stopped: what may have been sent is unknown, the rest failed."""
    now = world.clock()
    said = f"Something went wrong on my side, incident {incident}."

    def step(change: NodeChange) -> tuple[NodeChange, Effects | None] | str:
        if change.state not in GOING_ON:
            return _stands(change)
        state = ChangeState.FAILED if change.posted_at is None else ChangeState.UNKNOWN
        return _settled(replace(change, state=state, outcome=said), now)

    world.changes.change(number, step)


def look_later(change: NodeChange, world: World) -> None:
    """Look whether a change of unknown outcome was made, once that is due."""
    if change.look_at is None or change.look_at <= world.clock():
        _look_again(change, world)


def _look_now(wanted: ChangeNode, world: World) -> None:
    """Look what became of earlier changes of the same part while that can be seen: the next one may undo it."""
    part = (wanted.service, lane_of(wanted), part_of(wanted))
    for change in world.changes.in_states(frozenset({ChangeState.UNKNOWN})):
        if (change.service, lane_of(change.wanted), part_of(change.wanted)) == part:
            _look_again(change, world)


def _look_again(change: NodeChange, world: World) -> None:
    """Look whether a change of unknown outcome was made, for an hour; after that it is taken for failed.

    Where it was done when somebody asked for it again, it can't have been made before that: they would have been told
    so. One that failed says nothing about it, and the end of one that goes on is waited for.
    """
    now = world.clock()
    since = now - (change.posted_at or change.asked_at)
    repeats = {each.state for each in world.changes.repeats_of(change)}
    if repeats & GOING_ON:
        return
    if ChangeState.DONE in repeats:
        ended = _failed(change, "It wasn't so when it was asked for again.")
    elif (sight := _sight(change, world)) is not None and sight.is_so:
        said = "It was so when I looked later."
        ended = _with_caution(replace(change, state=ChangeState.DONE, outcome=said, package=sight.package), world)
    elif since >= _LOOKED_FOR:
        ended = _failed(change, "It wasn't so an hour later, so I take it that it wasn't done.")
    else:
        ended = replace(change, look_at=now + min(max(since, _LOOK_AGAIN), _LOOK_AT_LEAST))

    def step(change: NodeChange) -> tuple[NodeChange, Effects | None] | str:
        if change.state is not ChangeState.UNKNOWN:
            return _stands(change)
        return (ended, None) if ended.state is ChangeState.UNKNOWN else _settled(ended, now)

    world.changes.change(change.id, step)


def _settled(ended: NodeChange, now: datetime) -> tuple[NodeChange, Effects]:
    """Have the end told: to who asked, in the message about it, and to whoever watches."""
    channel = ended.asked_in.channel
    messages = [] if ended.is_private else [Message(Kind.REPAINT, channel, change=ended.id)]
    messages.append(Message(Kind.CHANGE_ENDED, channel, change=ended.id, text=ended.state.value))
    what = f"{ended.wanted.verb} {ended.state.value}"
    events = watching.of_change(ended, now) if ended.state is ChangeState.DONE else ()
    return ended, Effects(of_change(ended, None, what, DONE, now), tuple(messages), events)


def _why_not(change: NodeChange, world: World) -> str | None:
    """Say what came in the way since it was asked for."""
    try:
        if look(change.wanted, world.designer).is_so:
            return "it is so already, by somebody else's doing."
        return obstacle(change.wanted, world)
    except DSSError as error:
        return str(error)


def _after_silence(change: NodeChange, error: DSSError, world: World) -> NodeChange:
    """Tell what is true after an answer that is neither a yes nor a plain no."""
    reply = error.reply
    if reply is not None and (not reply.sent or reply.method == "GET"):
        return _failed(change, f"Nothing was changed: {error}")
    absent = ChangeState.UNKNOWN if isinstance(error, DSSUnavailableError) else ChangeState.FAILED
    said = error.happened if absent is ChangeState.UNKNOWN else str(error)
    return _looked_up(change, said, absent, world)


def _looked_up(change: NodeChange, why: str, absent: ChangeState, world: World) -> NodeChange:
    """Look after silence: it was looked at before anything was sent, so if it is as wished, that is our doing."""
    try:
        sight = look(change.wanted, world.designer)
    except DSSError as error:
        return replace(change, state=ChangeState.UNKNOWN, outcome=f"{why} Nor could I look: {error.happened}")
    if sight.is_so:
        return replace(change, state=ChangeState.DONE, package=sight.package)
    if absent is ChangeState.FAILED:
        return _failed(change, why)
    return replace(change, state=absent, outcome=f"{why} It isn't so yet; the node may still be at it.")


def _sight(change: NodeChange, world: World) -> Look | None:
    try:
        return look(change.wanted, world.designer)
    except DSSError:
        return None


def _package(change: NodeChange, world: World) -> Package | None:
    """Look up the package that was made; all but its version is unknown where the node won't say.

    One that was deleted is the one that was there before.
    """
    if isinstance(change.wanted, DeletePackage):
        return change.package
    try:
        return look(change.wanted, world.designer).package
    except DSSError:
        made = change.wanted
        return Package(made.version, release_notes=made.release_notes) if isinstance(made, CreatePackage) else None


def _going(change: NodeChange, world: World) -> Package | None:
    """Look which package is about to be deleted: afterwards nobody can tell it from another of its version."""
    wanted = change.wanted
    if not isinstance(wanted, DeletePackage):
        return None
    try:
        there = (each for each in world.designer.packages(wanted.service) if each.version == wanted.version)
        return next(there, None)
    except DSSError:
        return None


def _message(number: int, world: World) -> MessageRef | None:
    """Tell which message shows the progress, as long as it is in progress."""
    change = world.changes.get(number)
    return change.message if change.state is ChangeState.DOING else None


def _with_caution(done: NodeChange, world: World) -> NodeChange:
    return replace(done, outcome=" ".join(filter(None, (done.outcome, caution(done.wanted, world.designer)))))


def _failed(change: NodeChange, why: str) -> NodeChange:
    return replace(change, state=ChangeState.FAILED, outcome=why)


def _stands(change: NodeChange) -> str:
    return f"change {change.id} is {change.state.value}"
