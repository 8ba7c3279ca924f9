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

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from opsbot.sandbox.workspace.control_door import Asked, Done, Nothing, Operation, operation, shown_by
from opsbot.sandbox.workspace.rate_limits import Pace
from opsbot.sandbox.workspace.trouble import Dropped, Refusal, Slowness, Status, Step, Trouble, Undisturbed

if TYPE_CHECKING:
    from opsbot.sandbox.workspace.delivery import Delivery
    from opsbot.sandbox.workspace.state import Workspace

_LARGEST_STATUS = 599
_SMALLEST_STATUS = 400
_TOO_MANY = 429


class StepBody(Asked):
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


class TroubleBody(Asked):
    model_config = shown_by(methods=["chat.*"], steps=[{"status": 429, "seconds": 30}, {"status": 503, "seconds": 10}])

    methods: list[str] = Field(default=["*"], min_length=1, description="patterns of methods, response_url or upload")
    steps: list[StepBody] = Field(min_length=1)


class RatesBody(Asked):
    model_config = shown_by(pace="real")

    pace: Pace


class ClockBody(Asked):
    model_config = shown_by(advance=60)

    advance: Annotated[float, Field(ge=0, description="seconds")]


class DisconnectBody(Asked):
    """`announced` as Slack does every few hours; `warned` only says so; `dropped` as when a network fails."""

    model_config = shown_by(announced=True)

    announced: bool = False
    warned: bool = False
    dropped: bool = False


class ClockReply(BaseModel):
    """What time it is, in seconds since 1970."""

    ok: bool
    now: float


class DisconnectReply(BaseModel):
    """How many connections were closed, or warned."""

    ok: bool
    closed: int
    warned: int


class ConditionsControl:
    """Sets the conditions on request. Every reply has `ok`."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery

    def operations(self) -> list[Operation]:
        """Return what can be asked for, to be mounted at `/_control`."""
        return [
            operation("POST", "/trouble", TroubleBody, Done, self._trouble),
            operation("DELETE", "/trouble", Nothing, Done, self._call_off),
            operation("POST", "/rates", RatesBody, Done, self._rates),
            operation("POST", "/clock", ClockBody, ClockReply, self._clock),
            operation("POST", "/disconnect", DisconnectBody, DisconnectReply, self._disconnect),
        ]

    async def _trouble(self, body: TroubleBody) -> Done:
        """Order troubles that follow one another, for the calls that `methods` name, by patterns such as `chat.*`."""
        self._workspace.troubles.order(body.methods, [step.step() for step in body.steps])
        return Done()

    async def _call_off(self, _asked: Nothing) -> Done:
        """End all troubles."""
        self._workspace.troubles.call_off()
        return Done()

    async def _rates(self, body: RatesBody) -> Done:
        """Limit rates as Slack does (`real`), with a tenth of the waiting (`fast`), or not (`off`)."""
        self._workspace.rates.pace = body.pace
        return Done()

    async def _clock(self, body: ClockBody) -> ClockReply:
        """Put the clock forward by `advance` seconds; whatever waits for a time before that happens at once."""
        self._workspace.clock.advance(body.advance)
        return ClockReply(ok=True, now=self._workspace.clock())

    async def _disconnect(self, body: DisconnectBody) -> DisconnectReply:
        """Close the app's connections as Slack does, warn of it, or cut them off without a word."""
        if body.warned:
            return DisconnectReply(ok=True, closed=0, warned=await self._delivery.warn())
        closed = await (self._delivery.cut() if body.dropped else self._delivery.disconnect(announced=body.announced))
        return DisconnectReply(ok=True, closed=closed, warned=0)
