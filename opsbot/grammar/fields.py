"""Forms, described: what each verb asks for as fields, read off its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import click

from opsbot.grammar.every import Verb, verbs
from opsbot.grammar.types import FreeWords, Read, Unasked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


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


@cache
def forms() -> Mapping[str, Form]:
    """Make the form of every verb, by the verb."""
    return MappingProxyType({name: form_of(cast("Verb", verb)) for name, verb in verbs.commands.items()})


def form_of(verb: Verb) -> Form:
    """Make the form of a verb."""
    fields = tuple(field for param in asked(verb) for field in _fields(param))
    return Form(cast("str", verb.name), verb.help or "", fields)


def asked(verb: Verb) -> Iterator[click.Parameter]:
    """List what a verb asks people for."""
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
        yield Field(name, _label(longest(param).lstrip("-")), Kind.FLAG, hint=hint)
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


def longest(option: click.Option) -> str:
    """Name an option in full."""
    return max(option.opts, key=len)


def _label(name: str) -> str:
    if name in _CALLED:
        return _CALLED[name]
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
