"""From typed words to a command, or a sentence that says what to type instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import click

from opsbot.domain.commands import Command, ShowHelp
from opsbot.domain.nearness import did_you_mean, nearest
from opsbot.errors import CommandError, MissingWordError, Misspelling, UnknownVerbError
from opsbot.grammar.every import Verb, verbs
from opsbot.grammar.words import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsbot.domain.commands import Defaults

_INSTEAD = MappingProxyType(
    {
        "list": "services",
        "ls": "services",
        "versions": "packages",
        "build": "package",
        "release": "publish",
        "deploy": "publish",
        "ship": "publish",
        "pending": "requests",
        "lgtm": "approve",
        "reject": "decline",
        "deny": "decline",
        "abort": "cancel",
        "why": "explain",
        "freeze": "pause",
        "stop": "pause",
        "unfreeze": "resume",
        "log": "history",
        "fetch": "download",
        "archive": "download",
        "?": "help",
    }
)
"""What people type who know another tool, and the verb that they mean."""

_ASKS_FOR_HELP = frozenset({"--help", "-h"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, and whether the answer is for the asker alone."""

    command: Command
    private: bool = False


def parse(text: str, defaults: Defaults) -> Typed:
    """Read a line; raises CommandError with what to type instead."""
    words = words_of(text)
    if not words or words[0] in _ASKS_FOR_HELP:
        return Typed(ShowHelp(), private=True)
    verb = find_verb(words[0])
    if _ASKS_FOR_HELP & set(words[1:]):
        return Typed(ShowHelp(verb.name), private=True)
    return read(verb, words[1:], defaults)


def read(verb: Verb, words: Sequence[str], defaults: Defaults) -> Typed:
    """Read what stands behind a verb, split already; raises CommandError with what to type instead."""
    try:
        with verb.make_context(verb.name, list(words), obj=defaults) as ctx:
            return Typed(cast("Command", verb.invoke(ctx)), private=bool(ctx.meta.get("private")))
    except click.UsageError as error:
        kind = MissingWordError if isinstance(error, click.MissingParameter) else CommandError
        raise kind(sentence(error), verb.example, _near(error)) from error
    except CommandError as error:
        if error.suggestion is None:
            error.suggestion = verb.example
        raise


def corrected(text: str, near: Misspelling) -> str | None:
    """Write the line again with the right word, if the wrong one stands in it by itself.

    A node's names are other people's: one that would be more than that word in a line, such as an option, isn't put there.
    """
    if not _is_one_word(near.right) or (near.right.startswith("-") and not near.wrong.startswith("-")):
        return None
    line, replaced = re.subn(rf"(?<![\w.-]){re.escape(near.wrong)}(?![\w.-])", lambda _: near.right, text, count=1)
    return line.strip() if replaced else None


def _is_one_word(text: str) -> bool:
    try:
        return split(text) == [text]
    except CommandError:
        return False


def words_of(text: str) -> list[str]:
    """Split a line into words; raises CommandError where a quotation isn't closed."""
    try:
        return split(text)
    except CommandError as error:
        verb = verbs.commands.get(text.split(maxsplit=1)[0].lower())
        error.suggestion = cast("Verb", verb).example if verb is not None else None
        raise


def find_verb(word: str) -> Verb:
    """Find a verb by what was typed for it; raises CommandError with the one that was meant."""
    found = verbs.commands.get(word) or verbs.commands.get(word.lower())
    if found is not None:
        return cast("Verb", found)
    known = _INSTEAD.get(word.lower())
    near = Misspelling(word, known) if known is not None else nearest(word, verbs.commands)
    if near is None:
        raise UnknownVerbError(f"I don't know “{word}”.", "help")
    example = cast("Verb", verbs.commands[near.right]).example
    raise UnknownVerbError(f"I don't know “{word}”.{did_you_mean(near)}", example, near)


def _near(error: click.UsageError) -> Misspelling | None:
    match error:
        case click.NoSuchOption(option_name=name, possibilities=[near, *_]):
            return Misspelling(name, near)
        case _:
            return None


def sentence(error: click.UsageError) -> str:  # noqa: PLR0911 - one arm per mistake
    """Say what Click found wrong, in words for somebody in a chat."""
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            return f"{_label(param)} is missing."
        case click.NoSuchOption(option_name=name, possibilities=[near, *_]):
            return f"There is no option “{name}” here. Did you mean “{near}”?"
        case click.NoSuchOption(option_name=name, ctx=click.Context(command=command)):
            there = [param.opts[0] for param in command.params if isinstance(param, click.Option)]
            return f"There is no option “{name}” here, only {', '.join(there)}."
        case click.BadOptionUsage(option_name=name):
            return f"{name} wants something after it."
        case click.BadParameter(param=click.Parameter(type=click.IntRange(min=least, max=most)) as param):
            return f"{_label(param)} wants a number from {least} to {most}."
        case click.BadParameter(param=click.Parameter(type=click.Choice(choices=choices)) as param):
            return f"{_label(param)} is one of {', '.join(choices)}."
        case click.BadParameter(param=click.Parameter() as param):
            return f"{_label(param)}: {error.message}"
        case click.UsageError(message=message) if message.startswith("Got unexpected extra argument"):
            surplus = message.partition("(")[2].removesuffix(")")
            return f"I can't place “{surplus}”. Text with spaces goes in quotes."
        case _:
            return error.format_message()


def _label(param: click.Parameter) -> str:
    return param.opts[0] if isinstance(param, click.Option) else (param.human_readable_name or "a word").upper()
