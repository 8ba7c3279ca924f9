"""Shortcuts: the menu of all there is to do, and the publish of the package that a message is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from opsbot.domain.commands import RequestPublish
from opsbot.domain.models import MessageRef
from opsbot.domain.references import ServiceRef
from opsbot.errors import CommandError
from opsbot.slack.blocks.messages import Answer
from opsbot.slack.forms.following import left_out
from opsbot.slack.forms.opening import TOO_LATE
from opsbot.slack.forms.payloads import Memory, MessageShortcut, Shortcut
from opsbot.slack.forms.promised import Promises
from opsbot.slack.forms.views import form_view, notice_view, told_view
from opsbot.slack.sending.marks import MARK
from opsbot.slack.sending.saying import ABOUT
from opsbot.slack.trouble import in_words, incident, tell_turned_away

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.models.views import View

    from opsbot.actions.dispatcher import Dispatcher
    from opsbot.domain.models import Asker
    from opsbot.slack.doing import Doer
    from opsbot.slack.forms.opening import Opener
    from opsbot.slack.sending.replies import Replier
    from opsbot.slack.transport.pool import Pool


_ABOUT_NONE = "That message isn't about a package that I know: choose it here."
_ABOUT_MANY = "That message is about {service}, not one version of it: choose here which to publish."


class Ack(Protocol):
    """Bolt's way to acknowledge a shortcut."""

    def __call__(self) -> object:
        """Acknowledge."""
        ...


class _AboutPackage(BaseModel):
    """What the metadata of a message says of the package that it is about."""

    model_config = ConfigDict(frozen=True)

    service: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class ShortcutListeners:
    """One method per kind of shortcut. None of them lets an error out, since that would cost the acknowledgement."""

    dispatcher: Dispatcher
    doer: Doer
    pool: Pool
    spare: Pool
    replier: Replier
    opener: Opener
    look_again: Callable[[ServiceRef], None]
    command_name: str
    bot: str

    def on_shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        """Show what there is to do."""
        ack()
        try:
            shortcut = Shortcut.model_validate(body)
        except ValidationError:
            incident("a shortcut could not be read")
            return
        self._take(shortcut.asker, self._pick, shortcut)

    def on_message_shortcut(self, ack: Ack, body: dict[str, Any]) -> None:
        """Ask for the publish of the package that a message is about."""
        ack()
        try:
            shortcut = MessageShortcut.model_validate(body)
        except ValidationError:
            incident("a shortcut could not be read")
            return
        self._take(shortcut.asker, self._publish, shortcut)

    def _take(self, asker: Asker, job: Callable[[Any], Answer | None], payload: BaseModel) -> None:
        def do() -> None:
            said = in_words(lambda: job(payload), self.command_name, self.command_name)
            if said is not None:
                self.replier.direct(said.in_one(), asker)

        refused = self.pool.take(asker.person.id, do)
        if refused is not None:
            tell_turned_away(refused, asker.person.id, self.spare, lambda told: self.replier.direct(told, asker))

    def _pick(self, shortcut: Shortcut) -> Answer | None:
        objected = self.doer.objection_to_form("", shortcut.asker)
        if objected is not None:
            return self._refuse(shortcut.trigger_id, "API Designer", objected)
        usable = self.dispatcher.usable(shortcut.asker)
        opened = self.opener.open(shortcut.trigger_id, form_view(Memory(picking=True), {}, usable))
        return None if opened is not None else Answer(TOO_LATE)

    def _publish(self, shortcut: MessageShortcut) -> Answer | None:
        """Open the form at once, since that can't wait; what the message is about has to be looked up."""
        asker = shortcut.asker
        objected = self.doer.objection_to_form(RequestPublish.verb, asker)
        if objected is not None:
            return self._refuse(shortcut.trigger_id, "Publish", objected)
        opened = self.opener.open(shortcut.trigger_id, notice_view("Publish", "Looking which version it is…"))
        if opened is None:
            return Answer(TOO_LATE)
        promises = Promises(self.opener, self.replier, self.command_name)
        promises.keep(opened, "Publish", lambda: self._form_about(shortcut), asker)
        return None

    def _refuse(self, trigger: str, title: str, objected: Answer) -> Answer | None:
        """Say why not in the place of the form; gives what to say where that can't be opened, either."""
        return None if self.opener.open(trigger, told_view(title, objected)) is not None else objected

    def _form_about(self, shortcut: MessageShortcut) -> View:
        """Make the form of the publish, with what the message tells in it."""
        memory = Memory(verb=RequestPublish.verb, channel=shortcut.asker.place.channel)
        values: dict[str, str] = {}
        remark, about = _ABOUT_NONE, self._about(shortcut)
        if about is not None:
            service, version = about
            memory = memory.with_service(str(service))
            values = {"service": str(service), "version": version}
            remark = "" if version else _ABOUT_MANY.format(service=service)
            self.look_again(service)
        without = left_out(memory, values, self.dispatcher.world.rules.policies)
        return form_view(memory, values, remark=remark, without=without)

    def _about(self, shortcut: MessageShortcut) -> tuple[ServiceRef, str] | None:
        """Find the package that a message is about, by its metadata or by the store; its words aren't looked at.

        Of a list of packages, it is their service, and no version.
        """
        message, thread = shortcut.where, shortcut.message.thread_ts
        metadata: dict[str, Any] = {}
        if self.bot and shortcut.message.bot_id == self.bot:  # others may say of theirs what they like
            metadata = shortcut.message.metadata or self.opener.metadata(message, thread)
        if metadata.get("event_type") in {MARK, ABOUT}:
            try:
                said = _AboutPackage.model_validate(metadata.get("event_payload"))
                if said.service:
                    return ServiceRef.parse(said.service, node=None, project=None), said.version
            except (ValidationError, CommandError):
                return None
        card = self.dispatcher.world.requests.of_card(MessageRef(message.channel, thread or message.ts))
        return (card.service, card.version) if card is not None else None
