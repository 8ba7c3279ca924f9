"""Forms: what each verb asks for as fields, and filled-in fields as the words that somebody would have typed.

A form is read off the verb's declaration, and what it sends goes through the same parsing: there is no second grammar.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import click

from opsbot.domain.references import ProjectRef
from opsbot.errors import CommandError
from opsbot.grammar.every import Verb, verbs
from opsbot.grammar.parsing import find_verb, read, words_of
from opsbot.grammar.types import FreeWords, Known, Part, Read, Unasked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.domain.commands import Defaults
    from opsbot.grammar.parsing import Typed

ON = "on"
"""The value of a flag that is set."""


_CALLED = MappingProxyType(
    {"kind": "Type of endpoint", "other": "Other version", "end": "What became of it", "what": "Service or project"}
)
"""What a field is called whose name is a word of the code, not of people."""


class Kind(StrEnum):
    """What a field holds. A kind of word that isn't listed here is a plain word."""

    SERVICE = "service"
    VERSION = "version"
    NEW_VERSION = "new version"
    PROJECT = "project"
    PUBLISHED_SERVICE = "published service"
    MODEL = "model"
    ENDPOINT = "endpoint"
    REQUEST = "request"
    PERSON = "person"
    WORD = "word"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a form asks for; `choices` are the values of a choice."""

    name: str
    label: str
    kind: Kind
    required: bool = False
    hint: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """All that a verb asks for."""

    verb: str
    says: str
    fields: tuple[Field, ...]

    def of_kind(self, kind: Kind) -> Field | None:
        """Find the first field of a kind."""
        return next((field for field in self.fields if field.kind is kind), None)

    def field(self, name: str) -> Field | None:
        """Find a field by its name."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Begun:
    """A form with what is known so far, by the names of its fields."""

    form: Form
    values: Mapping[str, str]


@cache
def forms() -> Mapping[str, Form]:
    """Make the form of every verb, by the verb."""
    return MappingProxyType({name: _form(cast("Verb", verb)) for name, verb in verbs.commands.items()})


def begin(text: str, defaults: Defaults) -> Begun:
    """Make the form of the verb that a line begins with, holding what was typed; raises CommandError as parsing does."""
    words = words_of(text)
    verb = find_verb(words[0]) if words else None
    if verb is None:
        raise CommandError("Which verb?", "help")
    form = forms()[cast("str", verb.name)]
    with click.Context(verb, info_name=verb.name, obj=defaults, resilient_parsing=True) as ctx:
        typed, _, _ = verb.make_parser(ctx).parse_args(list(words[1:]))
        values = dict(_standing(form, defaults))
        if len(words) == 1:
            values |= _known(form, verb, defaults)
        for param in _asked(verb):
            values |= _typed(param, typed.get(param.name), ctx)
    return Begun(form, values)


def fill(form: Form, values: Mapping[str, str], defaults: Defaults) -> Typed:
    """Read a filled-in form as if its words had been typed; raises CommandError."""
    verb = cast("Verb", verbs.commands[form.verb])
    return read(verb, words_for(form, values), defaults)


def words_for(form: Form, values: Mapping[str, str]) -> list[str]:
    """Give the words behind the verb that say what is in the fields; each is whole, whatever is in it."""
    options: list[str] = []
    positions: list[str] = []
    for param in _asked(cast("Verb", verbs.commands[form.verb])):
        if isinstance(param, click.Option):
            options += _option_words(param, values.get(param.name, ""))
        else:
            positions += _argument_words(param, values)
    return [*options, "--", *positions] if positions else options


def faults(form: Form, values: Mapping[str, str], defaults: Defaults) -> dict[str, str]:
    """Say beside which fields something is wrong that can be known without asking anybody; by the field's name."""
    found: dict[str, str] = {}
    types = _types(cast("Verb", verbs.commands[form.verb]))
    for field in form.fields:
        value = values.get(field.name, "").strip()
        if not value and field.required:
            found[field.name] = "Write a few words: others will read them." if field.kind is Kind.TEXT else "Say which."
        elif value and (said := _fault(types.get(field.name), value, defaults)):
            found[field.name] = said
    if found or not form.fields:
        return found
    try:
        fill(form, values, defaults)
    except CommandError as error:
        return {form.fields[0].name: str(error)}
    return {}


def field_of(form: Form, values: Mapping[str, str], word: str, defaults: Defaults) -> str:
    """Name the field that holds a word, which is written in full; nothing where none does."""
    types = _types(cast("Verb", verbs.commands[form.verb]))
    with click.Context(verbs, obj=defaults) as ctx:
        for field in form.fields:
            value, type_ = values.get(field.name, ""), types.get(field.name)
            if word and value and word in {value, _canonical(type_, value, ctx) if type_ is not None else ""}:
                return field.name
    return ""


def faults_of(verb: str, name: str, value: str, defaults: Defaults) -> str:
    """Say what is wrong with the contents of one field of a verb's form; nothing where it may be right."""
    return _fault(_types(cast("Verb", verbs.commands[verb])).get(name), value, defaults)


def _form(verb: Verb) -> Form:
    fields = tuple(field for param in _asked(verb) for field in _fields(param))
    return Form(cast("str", verb.name), verb.help or "", fields)


def _asked(verb: Verb) -> Iterator[click.Parameter]:
    return (param for param in verb.params if not isinstance(param, Unasked))


def _fields(param: click.Parameter) -> Iterator[Field]:
    if isinstance(param, FreeWords):
        for part in param.parts:
            kind = _kind(part.type) if part.type is not None else Kind.TEXT
            yield Field(part.name, _label(part.name), kind, part.required)
        return
    name = param.name
    hint = (param.help or "") if isinstance(param, click.Option) else ""
    hint = hint.replace(", in quotes", "")  # a field holds its words together by itself
    if isinstance(param, click.Option) and param.is_flag:
        yield Field(name, _label(_longest(param).lstrip("-")), Kind.FLAG, hint=hint)
        return
    choices = tuple(map(str, param.type.choices)) if isinstance(param.type, click.Choice) else ()
    kind = Kind.TEXT if param.metavar == "TEXT" else _kind(param.type)
    yield Field(name, _label(name), kind, param.required, hint, choices)


def _kind(type_: click.ParamType[Any]) -> Kind:
    match type_:
        case Read(name=name) if name in set(Kind):
            return Kind(name)
        case click.Choice():
            return Kind.CHOICE
        case _:
            return Kind.WORD


def _types(verb: Verb) -> dict[str, click.ParamType[Any]]:
    types: dict[str, click.ParamType[Any]] = {}
    for param in _asked(verb):
        if isinstance(param, FreeWords):
            types |= {part.name: part.type for part in param.parts if part.type is not None}
        else:
            types[param.name] = param.type
    return types


def _fault(type_: click.ParamType[Any] | None, value: str, defaults: Defaults) -> str:
    if not isinstance(type_, Read):
        return ""
    with click.Context(verbs, obj=defaults) as ctx:
        try:
            type_.convert(value, None, ctx)
        except CommandError as error:
            return str(error)
    return ""


def _standing(form: Form, defaults: Defaults) -> Iterator[tuple[str, str]]:
    """Tell what is meant in a place where nobody says it."""
    for field in form.fields:
        if field.kind is Kind.PROJECT and defaults.project is not None and defaults.node is not None:
            yield field.name, str(ProjectRef(defaults.node, defaults.project))
        elif field.kind is Kind.REQUEST and field.required and defaults.request is not None:
            yield field.name, str(defaults.request)


def _known(form: Form, verb: Verb, defaults: Defaults) -> dict[str, str]:
    """Tell what the thread of a version says, of what such a verb needs: people see it, and may choose something else."""
    subject = defaults.subject
    service = form.of_kind(Kind.SERVICE)
    if subject is None or service is None or not service.required:
        return {}
    about: dict[Kind, object] = {
        Kind.SERVICE: subject.service,
        Kind.VERSION: subject.version,
        Kind.PUBLISHED_SERVICE: subject.published_service,
    }
    said = {field.name: about.get(field.kind) for field in form.fields}
    said |= {param.name: param.known(subject) for param in _asked(verb) if isinstance(param, Known)}
    return {name: str(value) for name, value in said.items() if value is not None}


def _typed(param: click.Parameter, value: object, ctx: click.Context) -> dict[str, str]:
    """Give what was typed for a parameter as the values of its fields."""
    if isinstance(param, FreeWords):
        words = [word for word in value if isinstance(word, str)] if isinstance(value, list | tuple) else []
        return dict(_told_apart(param.parts, words, ctx))
    name = param.name
    if isinstance(param, click.Option) and param.is_flag:
        return {name: ON} if value is True else {}
    if not isinstance(value, str):
        return {}
    return {name: _canonical(param.type, value, ctx) or value}


def _told_apart(parts: tuple[Part, ...], words: list[str], ctx: click.Context) -> Iterator[tuple[str, str]]:
    """Give each part the word that can be it, and the text what is left."""
    for part in parts:
        if part.type is None:
            if words:
                yield part.name, " ".join(words)
        elif words and (canonical := _canonical(part.type, words[0], ctx)):
            yield part.name, canonical
            words = words[1:]
        elif words and not part.required:
            words = words[1:]


def _canonical(type_: click.ParamType[Any], word: str, ctx: click.Context) -> str:
    """Write a word in full, where its kind has a full form; nothing where it isn't of that kind."""
    if not isinstance(type_, Read):
        return word
    try:
        read_ = type_.convert(word, None, ctx)
    except CommandError:
        return ""
    return word if type_.name == Kind.PERSON else str(read_)


def _option_words(option: click.Option, value: str) -> list[str]:
    if not value:
        return []
    return [_longest(option)] if option.is_flag else [f"{_longest(option)}={value}"]


def _argument_words(param: click.Parameter, values: Mapping[str, str]) -> list[str]:
    if not isinstance(param, FreeWords):
        value = values.get(param.name, "")
        return [value] if value else []
    given = ((part, values.get(part.name, "")) for part in param.parts)
    return [_sure(part, value) for part, value in given if value.strip()]


def _sure(part: Part, value: str) -> str:
    """Write the number of a request so that it can't be taken for the first word of a text."""
    return f"#{value}" if part.type is not None and part.type.name == Kind.REQUEST and value.isdigit() else value


def _longest(option: click.Option) -> str:
    return max(option.opts, key=len)


def _label(name: str) -> str:
    if name in _CALLED:
        return _CALLED[name]
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
