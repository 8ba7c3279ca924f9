"""The sandbox by HTTP, `/_sandbox/`, for scripts and tests; `/_control/` is the workspace's own, and does less.

GET  /_sandbox/state    which story is told, how the node fares, whether all is being reset
POST /_sandbox/reset    {}: the workspace, the node, and the app with its database begin anew
POST /_sandbox/node     {"mood": "absent"}: well, slow, failing, wrong, mute or absent
POST /_sandbox/deed     {"deed": "replace", "project": "FRAUD", "service": "rules", "login": "linus"}
POST /_sandbox/story    {"name": "two-approvers", "pace": 0}: begin a story, on everything reset; no name ends the one that is on
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from opsbot.sandbox.designer.colleagues import DEEDS, Colleague
from opsbot.sandbox.designer.moods import MOODS, mood_of, put_in_mood
from opsbot.sandbox.designer.refusals import RefusalError
from opsbot.sandbox.stories import STORIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from opsbot.sandbox.backstage import Backstage
    from opsbot.sandbox.storyteller import Storyteller
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]


class BackstageAPI:
    """Does on request what the page's panels do; a mistake is 400 and says so."""

    def __init__(self, workspace: Workspace, backstage: Backstage, teller: Storyteller) -> None:
        self._workspace = workspace
        self._backstage = backstage
        self._teller = teller

    def routes(self) -> Mount:
        """Return the routes, in one piece."""
        posts = {"/reset": self._reset, "/node": self._node, "/deed": self._deed, "/story": self._story}
        return Mount(
            "/_sandbox",
            routes=[
                Route("/state", self._state, methods=["GET"]),
                *(Route(path, _answering(endpoint), methods=["POST"]) for path, endpoint in posts.items()),
            ],
        )

    async def _state(self, _request: Request) -> JSONResponse:
        return JSONResponse(self._shown())

    async def _reset(self, _body: JSON) -> JSON:
        self._teller.stop()
        await self._backstage.reset(self._workspace)
        return self._shown()

    async def _node(self, body: JSON) -> JSON:
        put_in_mood(self._backstage.site, _known("mood", body.get("mood"), MOODS))
        self._backstage.ring()
        return self._shown()

    async def _deed(self, body: JSON) -> JSON:
        deed = _known("deed", body.get("deed"), DEEDS)
        project, service, login = body["project"], body["service"], body.get("login", "linus")
        said = DEEDS[deed][1](Colleague(self._backstage.site.node, project, service, login))
        self._backstage.ring()
        return {"ok": True, "said": said}

    async def _story(self, body: JSON) -> JSON:
        if body.get("name") is None:
            self._teller.stop()
        else:
            self._teller.tell(_known("story", body["name"], STORIES), float(body.get("pace", 1.0)))
        return self._shown()

    def _shown(self) -> JSON:
        scene = self._teller.scene
        return {
            "ok": True,
            "story": asdict(scene) if scene is not None else None,
            "stories": list(STORIES),
            "mood": mood_of(self._backstage.site),
            "resetting": self._backstage.is_resetting,
        }


def _known(what: str, name: Any, among: Any) -> Any:
    if name not in among:
        raise ValueError(f"{what} is one of {', '.join(among)}")
    return name


def _answering(endpoint: Callable[[JSON], Awaitable[JSON]]) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def answer(request: Request) -> JSONResponse:
        try:
            body = await request.json() if await request.body() else {}
            return JSONResponse(await endpoint(body))
        except RefusalError as refusal:
            return JSONResponse({"ok": False, "error": refusal.message}, status_code=400)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse({"ok": False, "error": f"{type(error).__name__}: {error}"}, status_code=400)

    return answer
