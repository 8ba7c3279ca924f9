"""The control API of the conditions: what goes wrong, how strict Slack is with the rates, what time it is.

    POST /_control/trouble     {"methods": ["chat.*"], "steps": [{"status": 429, "seconds": 30}, {"status": 503, "seconds": 10}]}
    DELETE /_control/trouble
    POST /_control/rates       {"pace": "real"}
    POST /_control/clock       {"advance": 60}
    POST /_control/disconnect  {"announced": true}

A step of trouble is one of `status` (400 to 599), `error` (a code of Slack's), `delay` (seconds), `drop` (hangs up) and
`ok`, and lasts for so many `calls` or `seconds`, else until it is called off; then the next step begins. `methods` are
names or patterns of Web API methods, `response_url` or `upload`; without them everything is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.routing import Route

from opsbot.sandbox.workspace.control_door import JSON, answering, read_body
from opsbot.sandbox.workspace.rate_limits import Pace
from opsbot.sandbox.workspace.refusals import invalid_arguments
from opsbot.sandbox.workspace.trouble import Dropped, Refusal, Slowness, Status, Step, Trouble, Undisturbed

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.delivery import Delivery
    from opsbot.sandbox.workspace.state import Workspace

_Body = TypeVar("_Body", bound=BaseModel)

_LARGEST_STATUS = 599
_SMALLEST_STATUS = 400
_TOO_MANY = 429


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _StepBody(_Strict):
    """One of `status`, `error`, `delay` (seconds), `drop` or `ok`, and for how many `calls` or `seconds`."""

    status: Annotated[int, Field(ge=_SMALLEST_STATUS, le=_LARGEST_STATUS)] | None = None
    retry_after: Annotated[int, Field(ge=0)] | None = None
    error: str | None = None
    delay: Annotated[float, Field(gt=0)] | None = None
    drop: Literal[True] | None = None
    ok: Literal[True] | None = None
    calls: Annotated[int, Field(gt=0)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one_trouble(self) -> Self:
        if sum(each is not None for each in (self.status, self.error, self.delay, self.drop, self.ok)) != 1:
            raise ValueError("name one of status, error, delay, drop, ok")
        if self.retry_after is not None and self.status != _TOO_MANY:
            raise ValueError("retry_after goes with status 429")
        return self

    def step(self) -> Step:
        return Step(self._trouble(), self.calls, self.seconds)

    def _trouble(self) -> Trouble:
        if self.status is not None:
            return Status(self.status, self.retry_after)
        if self.error is not None:
            return Refusal(self.error)
        if self.delay is not None:
            return Slowness(self.delay)
        return Dropped() if self.drop else Undisturbed()


class _TroubleBody(_Strict):
    methods: list[str] = Field(default=["*"], min_length=1)
    steps: list[_StepBody] = Field(min_length=1)


class _RatesBody(_Strict):
    pace: Pace


class _ClockBody(_Strict):
    advance: Annotated[float, Field(ge=0)]


class _DisconnectBody(_Strict):
    """`announced` as Slack does every few hours; `warned` only says so; `dropped` as when a network fails."""

    announced: bool = False
    warned: bool = False
    dropped: bool = False


class ConditionsControl:
    """Sets the conditions on request. Every reply has `ok`."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted at `/_control`."""
        posts = {
            "/trouble": self._trouble,
            "/rates": self._rates,
            "/clock": self._clock,
            "/disconnect": self._disconnect,
        }
        return [
            *(Route(path, answering(endpoint), methods=["POST"]) for path, endpoint in posts.items()),
            Route("/trouble", answering(self._call_off), methods=["DELETE"]),
        ]

    async def _trouble(self, request: Request) -> JSON:
        """Order troubles that follow one another, for the calls that `methods` name, by patterns such as `chat.*`."""
        body = await _read(request, _TroubleBody)
        self._workspace.troubles.order(body.methods, [step.step() for step in body.steps])
        return {"ok": True}

    async def _call_off(self, _request: Request) -> JSON:
        self._workspace.troubles.call_off()
        return {"ok": True}

    async def _rates(self, request: Request) -> JSON:
        """Limit rates as Slack does (`real`), with a tenth of the waiting (`fast`), or not (`off`)."""
        self._workspace.rates.pace = (await _read(request, _RatesBody)).pace
        return {"ok": True}

    async def _clock(self, request: Request) -> JSON:
        """Put the clock forward by `advance` seconds; whatever waits for a time before that happens at once."""
        self._workspace.clock.advance((await _read(request, _ClockBody)).advance)
        return {"ok": True, "now": self._workspace.clock()}

    async def _disconnect(self, request: Request) -> JSON:
        """Close the app's connections as Slack does, warn of it, or cut them off without a word."""
        body = await _read(request, _DisconnectBody)
        if body.warned:
            return {"ok": True, "warned": await self._delivery.warn()}
        closed = await (self._delivery.cut() if body.dropped else self._delivery.disconnect(announced=body.announced))
        return {"ok": True, "closed": closed}


async def _read(request: Request, kind: type[_Body]) -> _Body:
    body = await read_body(request)
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        places = [(".".join(str(part) for part in fault["loc"]), fault["msg"]) for fault in error.errors()]
        raise invalid_arguments(*(f"{place or 'body'}: {what}" for place, what in places)) from None
