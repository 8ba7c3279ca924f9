"""Forms, filled in: what is known so far as fields, and fields as the words that somebody would have typed.

A form is read off the verb's declaration, and what it sends goes through the same parsing: there is no second grammar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import click

from opsbot.domain.references import ProjectRef
from opsbot.errors import CommandError
from opsbot.grammar.every import Verb, verbs
from opsbot.grammar.fields import ON, Form, Kind, asked, forms, longest
from opsbot.grammar.parsing import find_verb, read, words_of
from opsbot.grammar.types import FreeWords, Known, Part, Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opsbot.domain.commands import Defaults
    from opsbot.grammar.parsing import Typed


@dataclass(frozen=True, slots=True)
class Begun:
    """A form with what is known so far, by the names of its fields."""

    form: Form
    values: Mapping[str, str]


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
        for param in asked(verb):
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
    for param in asked(cast("Verb", verbs.commands[form.verb])):
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


def _types(verb: Verb) -> dict[str, click.ParamType[Any]]:
    types: dict[str, click.ParamType[Any]] = {}
    for param in asked(verb):
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
    said |= {param.name: param.known(subject) for param in asked(verb) if isinstance(param, Known)}
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
    return [longest(option)] if option.is_flag else [f"{longest(option)}={value}"]


def _argument_words(param: click.Parameter, values: Mapping[str, str]) -> list[str]:
    if not isinstance(param, FreeWords):
        value = values.get(param.name, "")
        return [value] if value else []
    given = ((part, values.get(part.name, "")) for part in param.parts)
    return [_sure(part, value) for part, value in given if value.strip()]


def _sure(part: Part, value: str) -> str:
    """Write the number of a request so that it can't be taken for the first word of a text."""
    return f"#{value}" if part.type is not None and part.type.name == Kind.REQUEST and value.isdigit() else value
