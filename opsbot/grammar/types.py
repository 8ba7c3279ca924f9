"""How Click reads opsbot's own kinds of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from opsbot.domain.commands import Defaults
from opsbot.domain.references import (
    ProjectRef,
    ServiceRef,
    checked_endpoint,
    checked_model,
    checked_service_id,
    checked_version,
    read_scope,
)
from opsbot.errors import CommandError
from opsbot.grammar.words import as_said, read_mention, read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opsbot.domain.commands import Mention, Subject

    class _Type(click.ParamType[Any]):
        pass
else:
    _Type = click.ParamType


_LONGEST_MODEL = 200


class Read(_Type):
    """A word read by a function that may raise CommandError."""

    def __init__(self, name: str, read: Callable[[str, Defaults], object]) -> None:
        self.name = name
        self.read = read

    def convert(self, value: Any, _param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read one word; what was read already stays as it is."""
        if not isinstance(value, str):
            return value
        defaults = ctx.find_object(Defaults) if ctx is not None else None
        return self.read(value, defaults if defaults is not None else Defaults())


class Known(click.Argument):
    """A word that the thread knows, `known` says how, where its verb stands alone: one word of several is never guessed."""

    def __init__(self, *args: Any, known: Callable[[Subject], object], **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.known = known

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Take what was typed, else what the thread is about."""
        arguments = (param.name for param in ctx.command.params if isinstance(param, click.Argument))
        defaults = ctx.find_object(Defaults)
        subject = defaults.subject if defaults is not None else None
        if subject is None or any(isinstance(opts.get(name), str) for name in arguments):
            return super().consume_value(ctx, opts)
        return self.known(subject), ParameterSource.DEFAULT


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that free words hold; without a type it is text, and takes all the words that are left."""

    name: str
    type: Read | None = None
    required: bool = False


class FreeWords(click.Argument):
    """Words that the verb itself tells apart; `parts` say in their order what they are."""

    def __init__(self, *args: Any, parts: tuple[Part, ...], **attrs: Any) -> None:
        super().__init__(*args, nargs=-1, **attrs)
        self.parts = parts

    @property
    def ends_in_text(self) -> bool:
        """Whether the last words are somebody's own."""
        return self.parts[-1].type is None


class Unasked(click.Option):
    """An option that is no part of what somebody wants done, such as the page of a list: no form asks for it."""


def _mention(text: str, _: Defaults) -> Mention:
    mention = read_mention(text)
    if mention is None:
        raise CommandError(f"“{text}” is nobody that I can read: write @ and the name.")
    return mention


def _request(text: str, _: Defaults) -> int:
    number = read_number(text)
    if number is None:
        raise CommandError(f"“{text}” isn't the number of a request; “requests” lists them.")
    return number


def _model(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_MODEL:
        raise CommandError(f"A saved model is named by its id or its name, of at most {_LONGEST_MODEL} characters.")
    return text


SERVICE = Read("service", lambda text, defaults: ServiceRef.parse(text, node=defaults.node, project=defaults.project))
PROJECT = Read("project", lambda text, defaults: ProjectRef.parse(text, node=defaults.node))
SCOPE = Read("project", lambda text, defaults: read_scope(text, node=defaults.node))
MODEL_ID = Read("model", lambda text, _: checked_model(text))
VERSION = Read("version", lambda text, _: checked_version(text))
ENDPOINT = Read("endpoint", lambda text, _: checked_endpoint(text))
MODEL = Read("model", lambda text, _: _model(text))
NEW_SERVICE = Read("new service", SERVICE.read)
NEW_ENDPOINT = Read("new endpoint", ENDPOINT.read)
NEW_VERSION = Read("new version", lambda text, _: checked_version(text))
SERVICE_ID = Read("published service", lambda text, _: checked_service_id(text))
PERSON = Read("person", _mention)
REQUEST = Read("request", _request)
TEXT = Read("text", lambda text, _: as_said(text))
