"""How each verb is used, read off its declaration."""

from __future__ import annotations

from functools import cache
from typing import cast

import click

from opsbot.domain.results import VerbHelp
from opsbot.grammar.every import Verb, verbs


@cache
def manual() -> tuple[VerbHelp, ...]:
    """Describe every verb, in the order of their declaration."""
    return tuple(_describe(cast("Verb", verb)) for verb in verbs.commands.values())


def _describe(verb: Verb) -> VerbHelp:
    name = cast("str", verb.name)
    with click.Context(verb, info_name=name) as ctx:
        arguments = [_usage(param, ctx) for param in verb.params if isinstance(param, click.Argument)]
        options = [_option(param) for param in verb.params if isinstance(param, click.Option)]
    return VerbHelp(name, " ".join((name, *arguments)), verb.help or "", verb.example, verb.permission, tuple(options))


def _usage(argument: click.Argument, ctx: click.Context) -> str:
    return " ".join(argument.get_usage_pieces(ctx))


def _option(option: click.Option) -> tuple[str, str]:
    return " ".join((*option.opts, *([option.metavar] if option.metavar else []))), option.help or ""
