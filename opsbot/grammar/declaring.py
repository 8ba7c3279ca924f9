"""How a verb is declared: a Click command in one group, with what all verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from opsbot.grammar.types import REQUEST, SERVICE, VERSION, FreeWords, Known, Part, Unasked

if TYPE_CHECKING:
    from opsbot.domain.authorization import Permission
    from opsbot.domain.commands import Command


Parameter = Callable[[Any], Any]


class Verb(click.Command):
    """A verb of the grammar: what it needs, an example, and `--private` like all others."""

    permission: Permission | None
    example: str


@click.group(name="opsbot", add_help_option=False)
def verbs() -> None:
    """Everything that can be asked."""


def verb(command: type[Command], example: str, *parameters: Parameter) -> Callable[[Callable[..., Command]], Verb]:
    """Declare the verb of a command; the function makes the command, and its first line is what help says."""

    def declare(function: Callable[..., Command]) -> Verb:
        declared = click.command(command.verb, cls=Verb, add_help_option=False)(function)
        declared.permission = command.permission
        declared.example = example
        for parameter in (*parameters, _PRIVATE):
            parameter(declared)
        words = [param for param in declared.params if isinstance(param, FreeWords)]
        declared.ignore_unknown_options = any(param.ends_in_text for param in words)  # a reason may hold a dash or two
        verbs.add_command(declared)
        return declared

    return declare


def _say_privately(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - Click calls it so
    ctx.meta["private"] = value


_PRIVATE = click.option(
    "--private",
    is_flag=True,
    expose_value=False,
    callback=_say_privately,
    help="Answer only me; cards and announcements stay public.",
)
A_SERVICE = click.argument("service", type=SERVICE)
A_VERSION = click.argument("version", type=VERSION)
THIS_SERVICE = click.argument("service", cls=Known, type=SERVICE, known=lambda subject: subject.service)
THIS_VERSION = click.argument("version", cls=Known, type=VERSION, known=lambda subject: subject.version)
"""Alone in the thread of a version, the verb means that one."""
_OF_REQUEST = Part("request", REQUEST, required=True)
WORDS = click.argument("words", cls=FreeWords, parts=(_OF_REQUEST, Part("comment")), metavar="[REQUEST] [COMMENT]...")
WORDS_TO_SAY = click.argument(
    "words", cls=FreeWords, parts=(_OF_REQUEST, Part("comment", required=True)), metavar="[REQUEST] COMMENT..."
)
PAGE = click.option(
    "--page", cls=Unasked, type=click.IntRange(1, 10_000), default=1, metavar="N", help="Which page of a long list."
)


def is_private(ctx: click.Context) -> bool:
    """Tell whether the answer is for the asker alone."""
    return bool(ctx.meta.get("private"))
