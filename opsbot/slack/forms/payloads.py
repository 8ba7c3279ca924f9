"""What Slack sends of forms and shortcuts, checked at the door; a form's memory is believed no more than a click."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from opsbot.domain.models import Asker, MessageRef, Person, Place
from opsbot.domain.references import ServiceRef
from opsbot.errors import CommandError
from opsbot.grammar import forms
from opsbot.grammar.fields import ON, Form
from opsbot.slack.transport.words import Words

FIELD = "field:"
"""What the action ids of a form's fields begin with."""

CONVERSATION = "conversation"
VERB = "form_verb"
"""The action ids of where to answer, and of what to do."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Memory(_Model):
    """What a form remembers: its verb, where it was opened, and the service that was chosen in it.

    `thread` is that which it was opened in, where its verb wasn't chosen yet: what the thread is about goes into it.

    `revision` grows whenever other fields get new contents, so that Slack takes them for new fields. With `picking`
    the verb is chosen in the form itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: str = ""
    channel: Annotated[str, Field(max_length=32)] = ""
    thread: Annotated[str, Field(max_length=32)] = ""
    service: Annotated[str, Field(max_length=700)] = ""
    revision: Annotated[int, Field(ge=0, le=99_999)] = 0
    picking: bool = False

    @field_validator("verb")
    @classmethod
    def _is_a_verb(cls, verb: str) -> str:
        if verb and verb not in forms():
            raise ValueError("there is no such verb")
        return verb

    @field_validator("service")
    @classmethod
    def _is_a_service(cls, service: str) -> str:
        try:
            if service:
                ServiceRef.parse(service, node=None, project=None)
        except CommandError as error:
            raise ValueError(str(error)) from error
        return service

    @property
    def form(self) -> Form | None:
        """The form of the verb; None while none is chosen."""
        return forms()[self.verb] if self.verb else None

    @property
    def chosen(self) -> ServiceRef | None:
        """The service that was chosen."""
        return ServiceRef.parse(self.service, node=None, project=None) if self.service else None

    def with_service(self, service: str) -> Self:
        """Remember another service, if it is one written in full."""
        try:
            ServiceRef.parse(service, node=None, project=None)
        except CommandError:
            service = ""
        return self.model_copy(update={"service": service, "revision": self.revision + 1})


class _Who(_Model):
    id: str
    name: Annotated[Words, Field(validation_alias=AliasChoices("name", "username"))] = ""

    @property
    def person(self) -> Person:
        return Person(self.id, self.name or self.id)


class _Option(_Model):
    value: Words


class _Entered(_Model):
    value: Words | None = None
    selected_option: _Option | None = None
    selected_options: tuple[_Option, ...] = ()
    selected_user: str | None = None
    selected_conversation: str | None = None

    @property
    def word(self) -> str:
        """What somebody would have typed."""
        if self.selected_option is not None:
            return self.selected_option.value
        if self.selected_user is not None:
            return f"<@{self.selected_user}>"
        return self.selected_conversation or self.value or (ON if self.selected_options else "")


class _State(_Model):
    values: dict[str, dict[str, _Entered]] = Field(default_factory=dict)


class _Block(_Model):
    element: dict[str, Any] = Field(default_factory=dict)


class _View(_Model):
    id: str
    hash: str = ""
    private_metadata: str
    state: _State = Field(default_factory=_State)
    blocks: tuple[_Block, ...] = ()


class _ClosedView(_Model):
    id: str


class _Action(_Model):
    action_id: str
    action_ts: str = ""
    selected_option: _Option | None = None


class _ResponseUrl(_Model):
    response_url: str


class _OfForm(_Model):
    """Something that happened in a form. Its memory raises ValidationError where it was tampered with."""

    user: _Who
    view: _View

    @property
    def memory(self) -> Memory:
        """What the form remembers."""
        return Memory.model_validate_json(self.view.private_metadata)

    @property
    def values(self) -> dict[str, str]:
        """What is in the fields, by their names."""
        return {name: word for name, (word, _) in self._entered().items()}

    @property
    def places(self) -> dict[str, str]:
        """The blocks that the fields are in, by the names of the fields."""
        return {name: block for name, (_, block) in self._entered().items()}

    @property
    def asker(self) -> Asker:
        """Whose form it is, and where the answer belongs: where it was opened, or where they chose."""
        chosen = (each[CONVERSATION].word for each in self.view.state.values.values() if CONVERSATION in each)
        return Asker(self.user.person, Place(self.memory.channel or next(chosen, "")))

    def _entered(self) -> dict[str, tuple[str, str]]:
        return {
            action.removeprefix(FIELD): (entered.word, block)
            for block, actions in self.view.state.values.items()
            for action, entered in actions.items()
            if action.startswith(FIELD)
        }


class FormSent(_OfForm):
    """Somebody sent a form."""

    response_urls: tuple[_ResponseUrl, ...] = ()

    @property
    def values(self) -> dict[str, str]:
        """What is in the fields, by their names, without the blanks that came along with what was pasted."""
        return {name: word.strip() for name, (word, _) in self._entered().items()}

    @property
    def response_url(self) -> str | None:
        """Where Slack takes an answer to it, if the form asked where to answer."""
        return self.response_urls[0].response_url if self.response_urls else None


class FormClosed(_Model):
    """Somebody closed a form without sending it; whatever stood in it is nobody's business."""

    view: _ClosedView


class FormChoice(_OfForm):
    """Somebody chose something in a form that other fields depend on."""

    actions: Annotated[tuple[_Action, ...], Field(min_length=1)]

    @property
    def action(self) -> _Action:
        """What was chosen."""
        return self.actions[0]

    @property
    def touched(self) -> dict[str, str]:
        """What people entered themselves, by the names of the fields: what was proposed to them isn't among it."""
        proposed = {
            str(block.element.get("action_id", "")).removeprefix(FIELD): block.element.get("initial_value")
            for block in self.view.blocks
        }
        return {name: word for name, word in self.values.items() if word and word != proposed.get(name)}


class Keystrokes(_OfForm):
    """Somebody types into a field of a form. What they chose in other fields Slack doesn't tell here."""

    action_id: str
    value: Words = ""

    @property
    def field(self) -> str:
        """The name of the field."""
        return self.action_id.removeprefix(FIELD)


class Shortcut(_Model):
    """Somebody used a shortcut that belongs to no message: Slack doesn't tell where they are."""

    user: _Who
    trigger_id: str

    @property
    def asker(self) -> Asker:
        """Who used it."""
        return Asker(self.user.person, Place(""))


class _Where(_Model):
    id: str


class _Message(_Model):
    ts: str
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    bot_id: str | None = None


class MessageShortcut(_Model):
    """Somebody used a shortcut on a message."""

    user: _Who
    trigger_id: str
    channel: _Where
    message: _Message

    @property
    def asker(self) -> Asker:
        """Who used it, and where."""
        return Asker(self.user.person, Place(self.channel.id))

    @property
    def where(self) -> MessageRef:
        """The message."""
        return MessageRef(self.channel.id, self.message.ts)
