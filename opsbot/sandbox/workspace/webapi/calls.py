"""One call of a method: its arguments, and the refusals that reading them can end in."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from opsbot.sandbox.workspace.refusals import RefusedError, invalid_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opsbot.sandbox.workspace.channels import Channel, ChannelKind
    from opsbot.sandbox.workspace.state import Workspace

JSON = dict[str, Any]
Item = TypeVar("Item")

_TRUE = frozenset({"1", "true"})
_DEFAULT_PAGE = 100
_LARGEST_PAGE = 1_000
_FAMILIES: Mapping[ChannelKind, str] = MappingProxyType({"public": "channels", "private": "groups", "im": "im"})


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be answered: its token is good and its scopes are there."""

    workspace: Workspace
    arguments: Mapping[str, Any]
    method: Method

    def text(self, name: str) -> str | None:
        """Return an argument as text; empty counts as absent."""
        value = self.arguments.get(name)
        return str(value) if value not in (None, "") else None

    def required(self, name: str) -> str:
        """Return an argument that must be there."""
        value = self.text(name)
        if value is None:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no, however it was spelled."""
        value = self.text(name)
        return default if value is None else value.lower() in _TRUE

    def structure(self, name: str, refusal: str) -> Any:
        """Return an argument that is JSON, itself or as text; None when absent."""
        value = self.arguments.get(name)
        if value in (None, "") or not isinstance(value, str):
            return None if value == "" else value
        try:
            return json.loads(value)
        except ValueError:
            raise RefusedError(refusal) from None

    def page(self, items: Sequence[Item]) -> tuple[Sequence[Item], JSON]:
        """Return the page of `items` that `cursor` and `limit` ask for, and the reply's metadata with the next cursor."""
        try:
            limit = int(self.text("limit") or _DEFAULT_PAGE)
        except ValueError:
            raise RefusedError("invalid_limit") from None
        if not 0 < limit <= _LARGEST_PAGE:
            raise RefusedError("invalid_limit")
        start = _read_cursor(self.text("cursor"))
        end = start + limit
        cursor = urlsafe_b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], {"response_metadata": {"next_cursor": cursor}}

    def channel(self, *, by_name: bool = False) -> Channel:
        """Return the channel that the app names, by its id, and can know of. Only where Slack takes names, do we."""
        wanted = self.required("channel")
        channel = self.workspace.channels.get(wanted)
        if channel.id != wanted and not by_name:
            raise RefusedError("channel_not_found")
        if channel.kind != "public" and self.workspace.app.bot_user not in channel.members:
            raise RefusedError("channel_not_found")
        self.require_kind(channel.kind)
        return channel

    def require_kind(self, kind: ChannelKind) -> None:
        """Refuse with `missing_scope` an app that may not do this in channels of that kind."""
        if self.method.family is not None:
            require_scopes(self.workspace, f"{_FAMILIES[kind]}:{self.method.family}")

    def require_open(self, channel: Channel) -> Channel:
        """Return the channel, or refuse with `is_archived`."""
        if channel.is_archived:
            raise RefusedError("is_archived")
        return channel

    def joined_channel(self, *, by_name: bool = False) -> Channel:
        """Return the channel that the app names and the bot is in."""
        channel = self.channel(by_name=by_name)
        if self.workspace.app.bot_user not in channel.members:
            raise RefusedError("not_in_channel")
        return channel


def require_scopes(workspace: Workspace, *scopes: str) -> None:
    """Refuse with `missing_scope` an app that has none of the scopes; naming none allows every app."""
    provided = workspace.app.manifest.scopes
    if scopes and not provided.intersection(scopes):
        raise RefusedError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(provided)))


def _read_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        kind, _, start = urlsafe_b64decode(cursor).decode().partition(":")
        if kind == "next":
            return int(start)
    except ValueError:
        pass
    raise RefusedError("invalid_cursor")


@dataclass(frozen=True, slots=True)
class Method:
    """What answers a method, which scopes allow it (any one of them), and whose token calls it.

    A `family` of scopes, such as `history`, has one for each kind of channel: `channels:history`, `groups:history`.
    """

    answer: Callable[[Call], JSON]
    scopes: tuple[str, ...] = ()
    caller: Literal["bot", "app", "anyone"] = "bot"
    family: str | None = None
