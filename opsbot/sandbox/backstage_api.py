"""The sandbox by HTTP, `/_sandbox/`, for scripts and tests; `/_control/` is the workspace's own, and does less.

GET  /_sandbox/state    which story is told, how the node fares, whether all is being reset
POST /_sandbox/reset    {}: the workspace, the node, and the app with its database begin anew
POST /_sandbox/node     {"mood": "absent"}: well, slow, failing, wrong, mute or absent
POST /_sandbox/deed     {"deed": "replace", "project": "FRAUD", "service": "rules", "login": "linus"}
POST /_sandbox/story    {"name": "two-approvers", "pace": 0}: begin a story, on everything reset; no name ends the one that is on
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from opsbot.sandbox.designer.colleagues import DEEDS, Colleague
from opsbot.sandbox.designer.moods import MoodName, mood_of, put_in_mood
from opsbot.sandbox.designer.refusals import RefusalError
from opsbot.sandbox.stories import STORIES
from opsbot.sandbox.workspace.control_door import Asked, Nothing, Operation, operation, shown_by
from opsbot.sandbox.workspace.refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.storyteller import Storyteller
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]


def _one_of(names: Iterable[str]) -> Any:
    """Return the type of a name that is one of these."""
    known = tuple(names)

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"it is one of {', '.join(known)}")
        return name

    return Annotated[str, AfterValidator(check), Field(json_schema_extra={"enum": list(known)})]


class MoodBody(Asked):
    model_config = shown_by(mood="absent")

    mood: MoodName


class DeedBody(Asked):
    model_config = shown_by(deed="replace", project="FRAUD", service="rules", login="linus")

    deed: _one_of(DEEDS)  # type: ignore[valid-type]
    project: str
    service: str
    login: str = "linus"


class StoryBody(Asked):
    """No `name` ends the story that is on. `pace` 1 is as people read, 0 as fast as it goes."""

    model_config = shown_by(name="two-approvers", pace=0)

    name: _one_of(STORIES) | None = None  # type: ignore[valid-type]
    pace: float = Field(1.0, ge=0)


class BackstageReply(BaseModel):
    """Which story is told and which there are, how the node fares (null where faults say), whether all is being reset."""

    ok: bool
    story: JSON | None
    stories: list[str]
    mood: str | None
    resetting: bool


class DeedReply(BaseModel):
    """What the colleague did, in words."""

    ok: bool
    said: str


class BackstageAPI:
    """Does on request what the page's panels do; a mistake is 400 and says so."""

    def __init__(self, workspace: Workspace, backstage: Backstage, teller: Storyteller) -> None:
        self._workspace = workspace
        self._backstage = backstage
        self._teller = teller

    def operations(self) -> list[Operation]:
        """Return what can be asked for, to be mounted at `/_sandbox`."""
        return [
            operation("GET", "/state", Nothing, BackstageReply, self._state),
            operation("POST", "/reset", Nothing, BackstageReply, self._reset),
            operation("POST", "/node", MoodBody, BackstageReply, self._node),
            operation("POST", "/deed", DeedBody, DeedReply, self._deed),
            operation("POST", "/story", StoryBody, BackstageReply, self._story),
        ]

    async def _state(self, _asked: Nothing) -> BackstageReply:
        """Which story is told, how the node fares, whether all is being reset."""
        return self._shown()

    async def _reset(self, _asked: Nothing) -> BackstageReply:
        """Begin anew with everything: the workspace, the node, and the app with its database."""
        self._teller.stop()
        await self._backstage.reset(self._workspace)
        return self._shown()

    async def _node(self, body: MoodBody) -> BackstageReply:
        """Have the node fare well, or badly in one of a few ways."""
        put_in_mood(self._backstage.site, body.mood)
        self._backstage.ring()
        return self._shown()

    async def _deed(self, body: DeedBody) -> DeedReply:
        """Have a colleague do something on the node, past the bot."""
        colleague = Colleague(self._backstage.site.node, body.project, body.service, body.login)
        try:
            said = DEEDS[body.deed][1](colleague)
        except RefusalError as refusal:
            raise RefusedError(refusal.message) from None
        self._backstage.ring()
        return DeedReply(ok=True, said=said)

    async def _story(self, body: StoryBody) -> BackstageReply:
        """Begin a story, on everything reset; without a name, end the one that is on."""
        if body.name is None:
            self._teller.stop()
        else:
            self._teller.tell(body.name, body.pace)
        return self._shown()

    def _shown(self) -> BackstageReply:
        scene = self._teller.scene
        return BackstageReply(
            ok=True,
            story=asdict(scene) if scene is not None else None,
            stories=list(STORIES),
            mood=mood_of(self._backstage.site),
            resetting=self._backstage.is_resetting,
        )
