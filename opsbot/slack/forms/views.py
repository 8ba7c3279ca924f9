"""The forms as Slack shows them: a verb's fields as inputs, with what is known filled in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, assert_never

from slack_sdk.models.blocks import Block, ContextBlock, InputBlock, SectionBlock
from slack_sdk.models.blocks.basic_components import Option, PlainTextObject
from slack_sdk.models.blocks.block_elements import (
    CheckboxesElement,
    ConversationSelectElement,
    ExternalDataSelectElement,
    InputInteractiveElement,
    PlainTextInputElement,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from opsbot.grammar.fields import ON, Kind
from opsbot.grammar.words import read_mention
from opsbot.slack.blocks.messages import mrkdwn_section, plain_section
from opsbot.slack.blocks.mrkdwn import clipped, readable
from opsbot.slack.forms.payloads import CONVERSATION, FIELD, VERB

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from opsbot.domain.results import VerbHelp
    from opsbot.grammar.fields import Field, Form
    from opsbot.slack.blocks.messages import Answer
    from opsbot.slack.forms.payloads import Memory

FORM = "verb_form"
"""The callback id of every form of a verb."""

_TITLE, _OPTION, _VALUE, _LABEL, _MOST_TEXT, _HINT = 24, 75, 150, 2000, 3000, 2000

_LOOKED_UP = frozenset(
    {
        Kind.SERVICE,
        Kind.VERSION,
        Kind.PROJECT,
        Kind.PUBLISHED_SERVICE,
        Kind.MODEL,
        Kind.ENDPOINT,
        Kind.REQUEST,
    }
)
"""Kinds that are chosen while typing."""

_OF_SERVICE = frozenset({Kind.VERSION, Kind.NEW_VERSION, Kind.ENDPOINT, Kind.MODEL, Kind.PUBLISHED_SERVICE})
"""Kinds whose choices are those of the service that was chosen."""

NOTES = "notes"
"""The name of the field into which release notes are drafted, where a new version is asked for."""


def drafts(form: Form) -> bool:
    """Tell whether a version and its notes can be proposed in the form."""
    return form.of_kind(Kind.NEW_VERSION) is not None


def depends(form: Form, field: Field) -> bool:
    """Tell whether what is in the field belongs to the service that was chosen in the form."""
    has_service = form.of_kind(Kind.SERVICE) is not None
    return has_service and (field.kind in _OF_SERVICE or (field.name == NOTES and drafts(form)))


GLASS = "break_glass"
"""The name of the field that asks for a publish without approvals."""


def form_view(
    memory: Memory,
    values: Mapping[str, str],
    verbs: Iterable[VerbHelp] = (),
    remark: str = "",
    *,
    without: Container[str] = (),
    wrong: Mapping[str, str] = MappingProxyType({}),
) -> View:
    """Show the form of the verb that is remembered, or what there is to do where none is yet.

    `verbs` are offered where the verb is chosen in the form; `remark` is said below the fields. The fields named by
    `without` are left out. What is `wrong` is said below the field that it is named by, or else above them all.
    """
    form = memory.form
    blocks: list[Block] = [_picker(memory.verb, verbs)] if memory.picking else []
    if form is not None:
        blocks.append(SectionBlock(text=PlainTextObject(text=form.says or form.verb)))
        fields = [field for field in form.fields if field.name not in without]
        beside = {name: said for name, said in wrong.items() if any(field.name == name for field in fields)}
        blocks += [_warning(said) for name, said in wrong.items() if name not in beside]
        for field in fields:
            blocks.append(_input(form, field, memory, values.get(field.name, "")))
            blocks += [_warning(beside[field.name])] if field.name in beside else []
        blocks += [] if memory.channel else [_conversation()]
    if remark:
        blocks.append(ContextBlock(elements=[PlainTextObject(text=clipped(readable(remark), _HINT), emoji=False)]))
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text=title_of(form.verb if form is not None else "API Designer")),
        submit=PlainTextObject(text=title_of(form.verb)) if form is not None else None,
        close=PlainTextObject(text="Back"),  # “Cancel” is a verb here
        notify_on_close=True,
        private_metadata=memory.model_dump_json(exclude_defaults=True),
        blocks=blocks,
    )


def notice_view(title: str, text: str) -> View:
    """Show a sentence where a form will be, or can't be."""
    return _notice(title, plain_section(clipped(readable(text), _MOST_TEXT)))


def told_view(title: str, said: Answer) -> View:
    """Show in the place of a form what else would be answered."""
    return _notice(title, mrkdwn_section(said.headline))


def _notice(title: str, said: SectionBlock) -> View:
    return View(
        type="modal",
        callback_id=FORM,
        title=PlainTextObject(text=title_of(title)),
        close=PlainTextObject(text="Close"),
        notify_on_close=True,
        blocks=[said],
    )


def option(value: str, note: str = "") -> Option | None:
    """Make an option of a select; None where the value is longer than Slack takes one to be."""
    made = plain_option(value, note)
    if made is None:
        return None
    description = _text_object(made["description"]) if "description" in made else None
    return Option(value=value, text=_text_object(made["text"]), description=description)


def plain_option(value: str, note: str = "") -> dict[str, Any] | None:
    """Make an option as Slack's JSON has it: a hundred of slack_sdk's cost more than finding what is in them."""
    if not value or len(value) > _VALUE:
        return None
    made: dict[str, Any] = {"value": value, "text": _plain(_middle(readable(value)))}
    return {**made, "description": _plain(clipped(readable(note), _OPTION))} if note else made


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _text_object(plain: dict[str, Any]) -> PlainTextObject:
    return PlainTextObject(text=plain["text"], emoji=plain["emoji"])


def title_of(verb: str) -> str:
    """Write a verb as the title of its form."""
    words = verb.replace("-", " ")
    return clipped(words[:1].upper() + words[1:], _TITLE)


def _picker(chosen: str, verbs: Iterable[VerbHelp]) -> SectionBlock:
    options = [found for entry in verbs if (found := option(entry.verb, entry.says)) is not None]
    initial = next((each for each in options if each.value == chosen), None)
    select = StaticSelectElement(
        action_id=VERB, placeholder=PlainTextObject(text="Choose…"), options=options[:100], initial_option=initial
    )
    return SectionBlock(block_id=VERB, text=PlainTextObject(text="What would you like to do?"), accessory=select)


def _input(form: Form, field: Field, memory: Memory, value: str) -> InputBlock:
    follows = depends(form, field)
    leads = field.kind is Kind.SERVICE and any(depends(form, other) for other in form.fields)
    hint = meaning_of(field)[1] if field.kind is Kind.FLAG else field.hint
    name = f"{form.verb}.{field.name}" if field.kind is not Kind.SERVICE else field.name
    return InputBlock(
        block_id=f"{name}.{memory.revision}" if follows else name,
        label=PlainTextObject(text=clipped(field.label, _LABEL)),
        hint=PlainTextObject(text=clipped(hint, _HINT)) if hint else None,
        element=_element(field, value),
        optional=not field.required,
        dispatch_action=True if leads else None,
    )


def _warning(said: str) -> ContextBlock:
    return ContextBlock(elements=[PlainTextObject(text=clipped(readable(f"⚠ {said}"), _HINT), emoji=False)])


def meaning_of(field: Field) -> tuple[str, str]:
    """Say in an option of its own what a flag does, and what more there is to know."""
    meaning, _, more = field.hint.partition("; ") if len(field.hint) > _OPTION else (field.hint, "", "")
    return clipped(meaning, _OPTION) or field.label, more[:1].upper() + more[1:]


def _element(field: Field, value: str) -> InputInteractiveElement:
    action = f"{FIELD}{field.name}"
    match field.kind:
        case kind if kind in _LOOKED_UP and len(value) <= _VALUE:
            placeholder = PlainTextObject(text="Type to search…")
            return ExternalDataSelectElement(
                action_id=action, placeholder=placeholder, initial_option=option(value), min_query_length=0
            )
        case Kind.CHOICE:
            options = [made for choice in field.choices if (made := option(choice)) is not None]
            initial = next((each for each in options if each.value == value), None)
            return StaticSelectElement(action_id=action, options=options, initial_option=initial)
        case Kind.FLAG:
            yes = Option(value=ON, text=PlainTextObject(text=meaning_of(field)[0]))
            return CheckboxesElement(action_id=action, options=[yes], initial_options=[yes] if value else None)
        case Kind.PERSON:
            mention = read_mention(value) if value else None
            return UserSelectElement(action_id=action, initial_user=mention.id if mention is not None else None)
        case Kind.TEXT:
            initial_text = clipped(value, _MOST_TEXT) if value else None
            return PlainTextInputElement(
                action_id=action, multiline=True, max_length=_MOST_TEXT, initial_value=initial_text
            )
        case (
            Kind.WORD
            | Kind.NEW_VERSION
            | Kind.SERVICE
            | Kind.VERSION
            | Kind.PROJECT
            | Kind.PUBLISHED_SERVICE
            | Kind.MODEL
            | Kind.ENDPOINT
            | Kind.REQUEST
        ):
            return PlainTextInputElement(action_id=action, initial_value=clipped(value, _MOST_TEXT) if value else None)
        case _:
            assert_never(field.kind)


def _conversation() -> InputBlock:
    select = ConversationSelectElement(
        action_id=CONVERSATION, default_to_current_conversation=True, response_url_enabled=True
    )
    hint = PlainTextObject(text="The answer is posted there, as if you had typed the command there.")
    return InputBlock(block_id=CONVERSATION, label=PlainTextObject(text="Where"), hint=hint, element=select)


def _middle(text: str) -> str:
    """Cut a long name in its middle: its beginning and its end tell it apart."""
    half = (_OPTION - 1) // 2
    return text if len(text) <= _OPTION else f"{text[:half]}…{text[-half:]}"
