"""The forms in which people say why: declining, and approving with a comment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from slack_sdk.models.blocks import InputBlock
from slack_sdk.models.blocks.basic_components import PlainTextObject
from slack_sdk.models.blocks.block_elements import PlainTextInputElement
from slack_sdk.models.views import View

from opsbot.domain.commands import Approve, Decline
from opsbot.domain.models import Asker, MessageRef, Person, Place
from opsbot.domain.seals import Button
from opsbot.slack.forms.again import Kept
from opsbot.slack.transport.words import Words

if TYPE_CHECKING:
    from opsbot.domain.commands import Decide

APPROVE_FORM, DECLINE_FORM = "approve_form", "decline_form"

_FIELD = "words"
_LONGEST = 2000


class Metadata(BaseModel):
    """What a form remembers of where it was opened; Slack sends it back, and it is believed no more than a click."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: Annotated[int, Field(ge=1, le=999_999_999)]
    channel: Annotated[str, Field(max_length=32)]
    thread: Annotated[str | None, Field(max_length=32)] = None
    seal: Annotated[str, Field(max_length=64)] = ""

    @property
    def button(self) -> Button:
        """What the button that opened the form says of its request; a card begins the thread that is its own."""
        return Button(self.seal, MessageRef(self.channel, self.thread) if self.thread is not None else None)


class _Who(BaseModel):
    id: str
    name: Words = ""


class _Input(BaseModel):
    value: Words | None = None


class _State(BaseModel):
    values: dict[str, dict[str, _Input]]


class _View(BaseModel):
    callback_id: str
    private_metadata: str
    state: _State


class Submission(BaseModel):
    """Somebody sent a form."""

    user: _Who
    view: _View

    @property
    def metadata(self) -> Metadata:
        """Where the form was opened; raises ValidationError where it was tampered with."""
        return Metadata.model_validate_json(self.view.private_metadata)

    @property
    def asker(self) -> Asker:
        """Who sent it, and where they opened it."""
        where = self.metadata
        return Asker(Person(self.user.id, self.user.name or self.user.id), Place(where.channel, where.thread))

    @property
    def command(self) -> Decide:
        """What the form asks for."""
        words = (self.view.state.values.get(_FIELD, {}).get(_FIELD) or _Input()).value or ""
        kind = Approve if self.view.callback_id == APPROVE_FORM else Decline
        return kind(self.metadata.request, words.strip(), self.metadata.button)


def approve_form(metadata: Metadata) -> View:
    """Ask for a comment on a yes."""
    return _form(APPROVE_FORM, "Approve", f"Approve request {metadata.request}", "Your comment", metadata, needed=False)


def decline_form(metadata: Metadata) -> View:
    """Ask why not."""
    return _form(DECLINE_FORM, "Decline", f"Decline request {metadata.request}", "Why not?", metadata, needed=True)


def missing_reason() -> dict[str, Any]:
    """Say beside the field that it has to be filled."""
    return {_FIELD: "Whoever asked will want to know why: write a few words."}


def busy(said: str) -> dict[str, Any]:
    """Say beside the field why the form has to wait; it stays open, so that no word is lost."""
    return {_FIELD: said}


def kept(submission: Submission) -> Kept:
    """Keep what somebody wrote for the form of the verb, should nothing come of it."""
    command, place = submission.command, submission.asker.place
    values = {"request": str(command.request), "comment": command.comment}
    written = {name: text for name, text in values.items() if text}
    return Kept(verb=command.verb, channel=place.channel, values=written, seal=submission.metadata.seal)


def _form(callback: str, submit: str, title: str, label: str, metadata: Metadata, *, needed: bool) -> View:
    words = PlainTextInputElement(action_id=_FIELD, multiline=True, max_length=_LONGEST)
    return View(
        type="modal",
        callback_id=callback,
        title=PlainTextObject(text=title[:24]),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text="Back"),
        private_metadata=json.dumps(metadata.model_dump()),
        blocks=[InputBlock(block_id=_FIELD, label=label, element=words, optional=not needed)],
    )
