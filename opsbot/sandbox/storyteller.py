"""Plays stories on a workspace and its node, at a pace that people can follow."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, assert_never

from opsbot.sandbox.designer.colleagues import DEEDS, Colleague
from opsbot.sandbox.designer.moods import put_in_mood
from opsbot.sandbox.designer.refusals import RefusalError
from opsbot.sandbox.stories import STORIES, Act, Clicks, Does, Fares, Says, Sees
from opsbot.sandbox.workspace.controls import Use, controls, texts
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.stories import Step, Story
    from opsbot.sandbox.workspace.interactions import Interactions
    from opsbot.sandbox.workspace.messages import Message
    from opsbot.sandbox.workspace.state import Workspace

State = Literal["beginning", "playing", "paused", "finished", "failed"]

_NAP_SECONDS = 0.05
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 1.2
_SECONDS_PER_LETTER = 0.045


@dataclass(frozen=True, slots=True)
class View:
    """Where somebody looks."""

    who: str
    where: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """How far a story is, what is said of it now, and through whose eyes one sees it."""

    story: str
    title: str
    state: State
    caption: str
    number: int
    total: int
    view: View | None = None

    @property
    def is_on(self) -> bool:
        """Whether it goes on; who comes after its end looks where they like."""
        return self.state in ("beginning", "playing", "paused")


class Storyteller:
    """Tells one story at a time. It belongs to the event loop that serves the workspace."""

    def __init__(self, workspace: Workspace, interactions: Interactions, backstage: Backstage) -> None:
        self.scene: Scene | None = None
        self._workspace = workspace
        self._interactions = interactions
        self._backstage = backstage
        self._task: asyncio.Task[None] | None = None
        self._going = asyncio.Event()
        self._skipped = asyncio.Event()
        self._pace = 1.0

    @property
    def is_on(self) -> bool:
        """Whether a story is being told."""
        return self._task is not None and not self._task.done()

    def tell(self, name: str, pace: float = 1.0, *, reset: bool = True) -> None:
        """Begin a story, with everything reset; of one that is on, the rest isn't told.

        `pace` stretches the pauses: 0 is for machines. Raises KeyError where no story is called so.
        """
        story = STORIES[name]
        before = self._end()
        self._pace = pace
        self._going.set()
        self._skipped.clear()
        self._show(Scene(name, story.title, "beginning", story.about, 0, len(story.steps)))
        self._task = asyncio.get_running_loop().create_task(self._play(story, before, reset=reset))

    def open(self) -> None:
        """Begin the story that the first visitor is to be told, if there is one; nobody is told it again."""
        name, self._backstage.opening = self._backstage.opening, None
        if name is not None:
            self.tell(name, reset=False)

    def stop(self) -> None:
        """Tell no more of it; everything stays as it is."""
        self._end()
        self._show(None)

    def pause(self, *, on: bool) -> None:
        """Stand still before the next step, or go on."""
        if self.scene is None or not self.is_on:
            return
        if on:
            self._going.clear()
        else:
            self._going.set()
        self._show(replace(self.scene, state="paused" if on else "playing"))

    def skip(self) -> None:
        """Go to the next step without a pause, however slow the pace."""
        self._skipped.set()
        self.pause(on=False)

    def _end(self) -> asyncio.Task[None] | None:
        ended, self._task = self._task, None
        if ended is not None:
            ended.cancel()
        return ended

    async def _play(self, story: Story, before: asyncio.Task[None] | None, *, reset: bool) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            if reset:
                await self._backstage.reset(self._workspace)
            self._turn(state="playing")
            await self._rest(story.about)
            for number, step in enumerate(story.steps, start=1):
                await self._take(number, step)
        except (RefusedError, RefusalError, TimeoutError) as error:
            self._turn(state="failed", caption=f"The story can't go on: {error}")
        else:
            self._turn(state="finished", caption="The end. Look round: everything is as the story left it.")

    async def _take(self, number: int, step: Step) -> None:
        view = _view_of(step.act)
        self._turn(caption=step.caption, number=number, state="playing", **({"view": view} if view else {}))
        await self._rest(step.caption)
        await self._do(step.act)
        await self._rest("")

    async def _do(self, act: Act) -> None:
        match act:
            case Says(who, where, text) if text.startswith("/"):
                command, _, rest = text.partition(" ")
                await self._interactions.command(where, who, command, rest)
            case Says(who, where, text, below):
                thread = (await self._find(who, where, below)).ts if below else None
                self._turn(view=View(who, where, thread))
                self._interactions.say(where, who, text, thread_ts=thread)
            case Sees(who, where, words):
                found = await self._find(who, where, words)
                if found.thread_ts is not None:
                    self._turn(view=View(who, where, found.thread_ts))
            case Clicks(who, where, action, words):
                message = await self._find(who, where, words, action)
                await self._interactions.act(where, who, message.ts, Use(action))
            case Fares(mood):
                put_in_mood(self._backstage.site, mood)
                self._backstage.ring()
            case Does(login, deed, project, service):
                colleague = Colleague(self._backstage.site.node, project, service, login)
                DEEDS[deed][1](colleague)
                self._backstage.ring()
            case _:
                assert_never(act)

    async def _find(self, who: str, where: str, words: str, action: str | None = None) -> Message:
        """Wait for a message. Raises TimeoutError, with a sentence."""
        user, channel = self._workspace.directory.get(who).id, self._workspace.channels.get(where).id
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while True:
                    for message in reversed(self._workspace.messages.of(channel)):
                        if message.is_visible_to(user) and _fits(message, words, action):
                            return message
                    await asyncio.sleep(_NAP_SECONDS)
        except TimeoutError:
            raise TimeoutError(f"nothing with “{words}” came to #{where}.") from None

    async def _rest(self, caption: str) -> None:
        """Leave people time to read, and to look; paused, for as long as that lasts."""
        seconds = self._pace * (_LOOK_SECONDS + _SECONDS_PER_LETTER * len(caption))
        if seconds > 0 and not self._skipped.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._skipped.wait()
            except TimeoutError:
                pass
        if caption:
            self._skipped.clear()
        await self._going.wait()

    def _turn(self, **changes: Any) -> None:
        if self.scene is not None:
            self._show(replace(self.scene, **changes))

    def _show(self, scene: Scene | None) -> None:
        self.scene = scene
        self._backstage.ring()


def _view_of(act: Act) -> View | None:
    match act:
        case Says(who, where) | Sees(who, where) | Clicks(who, where):
            return View(who, where)
        case Fares() | Does():
            return None
        case _:
            assert_never(act)


def _fits(message: Message, words: str, action: str | None) -> bool:
    if action is not None and all(element["action_id"] != action for _, element in controls(message.blocks)):
        return False
    return words in message.text or any(words in text for text in texts(message.blocks))
