"""What is sent to the control API and what comes back, each with an example where something is sent."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, model_validator

from opsbot.sandbox.workspace.control_door import JSON, Asked, shown_by
from opsbot.sandbox.workspace.controls import Use

Name = Annotated[str, Field(min_length=1)]

PERSON = "U01MAYA, or maya: a person's id or name"
CHANNEL = "C01MLOPS, or ml-ops: a channel's id or name"

_TS = "1700000000.000100"
_VIEW = "V0000001"


class _ByPerson(Asked):
    user: Name = Field(description=PERSON)


class _PerhapsInMessage(_ByPerson):
    channel: Name | None = Field(None, description=CHANNEL)
    messageTs: Name | None = None  # noqa: N815 - the API's word

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.messageTs is not None and self.channel is None:
            raise ValueError("messageTs goes with channel")
        return self


class ControlBody(BaseModel):
    """A control by its `action_id`, with what is chosen, as Slack's payloads have it; what else those have is passed over."""

    action_id: Name
    block_id: str | None = Field(None, description="tells apart controls that share an action id")
    value: Any = Field(None, description="the value of an option or several, a date, an id, a text, or a button's")
    selected_option: JSON | None = Field(None, description="a whole option, for selects whose options the app sends")
    selected_options: list[JSON] | None = Field(None, description="whole options, where several are chosen of those")

    def use(self) -> Use:
        """Return it as the workspace takes it."""
        chosen = self.selected_option or {}
        value = self.value if "value" in self.model_fields_set else self.selected_options or chosen.get("value")
        return Use(self.action_id, self.block_id, value, chosen if "text" in chosen else None)


Action = Annotated[Name | ControlBody, Field(description="an action id, or an object with one")]


def use_of(action: str | ControlBody) -> Use:
    """Return the control that is meant."""
    return action.use() if isinstance(action, ControlBody) else Use(action)


class CommandBody(_ByPerson):
    model_config = shown_by(channel="ml-ops", user="maya", command="/apid", text="packages FRAUD/scoring")

    channel: Name = Field(description=CHANNEL)
    command: Name
    text: str = ""
    thread_ts: str | None = None


class MessageBody(_ByPerson):
    model_config = shown_by(channel="ml-ops", user="maya", text="Hello @opsbot")

    channel: Name = Field(description=CHANNEL)
    text: Name
    thread_ts: str | None = Field(None, description="writes in the thread of this message")


class InteractBody(_ByPerson):
    """In a message, by `channel` and `messageTs`, or in a `view`."""

    model_config = shown_by(channel="ml-ops", user="omar", messageTs=_TS, action="approve")

    action: Action
    channel: Name | None = Field(None, description=CHANNEL)
    messageTs: Name | None = None  # noqa: N815 - the API's word
    view: Name | None = None

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.view is None and (self.channel is None or self.messageTs is None):
            raise ValueError("name a view, or channel and messageTs")
        return self


class OptionsBody(_PerhapsInMessage):
    """In a message, by `channel` and `messageTs`; else in a `view`, or the form in front of the person."""

    model_config = shown_by(user="maya", view=_VIEW, action={"action_id": "place", "value": "lo"})

    action: Action
    view: Name | None = None


class OpenHomeBody(_ByPerson):
    model_config = shown_by(user="maya")

    tab: Name = Field("home", description="home or messages")


class SubmitBody(_ByPerson):
    model_config = shown_by(user="maya", values={"name": "Water the plants"})

    view: Name | None = None
    values: dict[str, Any] = Field({}, description="by action id: what is entered, or a whole option as an object")


class CloseBody(_ByPerson):
    model_config = shown_by(user="maya")

    view: Name | None = None
    cleared: bool = Field(default=False, description="close all that are stacked")


class ShortcutBody(_PerhapsInMessage):
    model_config = shown_by(user="maya", callback_id="ask", channel="ml-ops")

    callback_id: Name
    messageTs: Name | None = Field(None, description="the message, for a shortcut of messages")  # noqa: N815 - the API's word


class MessagesAsked(Asked):
    model_config = shown_by(channel="ml-ops", user="maya")

    channel: Name = Field(description=CHANNEL)
    user: Name | None = Field(None, description="show what this person sees; else all is shown")
    thread_ts: Name | None = Field(None, description="show one thread")


class OutcomeReply(BaseModel):
    """What became of it: whether the app acknowledged in time, and with what; what was said; what the app was told."""

    ok: bool
    acked: bool
    elapsed_ms: float
    response: JSON | None
    message: JSON | None
    payload: JSON | None
    error: str | None = Field(None, description="why the app didn't answer, or what the workspace said instead of it")


class SubmissionReply(OutcomeReply):
    """`ok` is whether the form was accepted; `errors` are what the form says, by block id."""

    errors: dict[str, str]
    failure: str | None


class MessageReply(BaseModel):
    ok: bool
    message: JSON


class ViewReply(BaseModel):
    ok: bool
    view: JSON | None


class OptionsReply(BaseModel):
    ok: bool
    options: list[JSON]


class MessagesReply(BaseModel):
    ok: bool
    channel: str
    messages: list[JSON]


class LogReply(BaseModel):
    """What passed between the workspace and the app, the oldest first."""

    ok: bool
    log: list[JSON]


class StateReply(BaseModel):
    ok: bool
    workspace: JSON
    app: JSON
    users: list[JSON]
    userGroups: list[JSON]  # noqa: N815 - the API's word
    views: list[JSON]
    channels: list[JSON]
