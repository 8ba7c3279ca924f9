"""What the values of a configuration are written like: lengths of time, sizes, globs, ids, moments of the week."""

from __future__ import annotations

import os
import re
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AnyHttpUrl, BeforeValidator, StringConstraints

from opsbot.domain.files import LARGEST_UPLOAD
from opsbot.domain.freezes import DAYS, WeekTime
from opsbot.domain.pace import Quiet
from opsbot.domain.references import is_node_name

_DURATION = re.compile(r"(\d+)\s*(ms|s|m|h|d)")
_SIZE = re.compile(r"(\d+)\s*(KB|MB|GB)")
_BYTES = {"KB": 10**3, "MB": 10**6, "GB": 10**9}
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None or not int(found[1]):
        raise ValueError('write a length of time like "10s", "5m" or "2h"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _a_day_at_least(value: timedelta) -> timedelta:
    if value < timedelta(days=1):
        raise ValueError('write a day at least, like "1d" or "90d"')
    return value


def _size(value: object) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    size = int(found[1]) * _BYTES[found[2]] if found is not None else 0
    if not 0 < size <= LARGEST_UPLOAD:
        raise ValueError('write a size like "50MB", up to the "1GB" that Slack takes')
    return size


def _glob(value: str) -> str:
    if not re.fullmatch(r"[\w:/.*?-]+", value, re.ASCII):
        raise ValueError('write NODE:PROJECT/SERVICE, with * and ? for what may vary, like "design:FRAUD/*"')
    return value


def _slash_command(value: str) -> str:
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise ValueError('write it with its slash, and in small letters, like "/apid"')
    return value


def _node_name(value: str) -> str:
    if not is_node_name(value):
        raise ValueError("name a node with small letters, digits and _, so that its variables can be set")
    return value


def _moment(value: object) -> object:
    """Read a moment of the week; dates with times come from TOML, or in ISO 8601."""
    words = value.lower().split() if isinstance(value, str) else []
    if words and words[0] in DAYS:
        try:
            return WeekTime(DAYS.index(words[0]), time.fromisoformat(" ".join(words[1:])))
        except ValueError:
            raise ValueError('write a day and a time, like "fri 16:00"') from None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError('write a date and a time like 2026-12-20T18:00:00, or every week "fri 16:00"') from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ValueError("leave the offset out: the time is that of the zone")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("name a time zone like “Europe/Berlin”") from None
    return value


def _quiet(value: object) -> object:
    return Quiet.parse(value) if isinstance(value, str) else value


def _slack_id(kind: str, pattern: str) -> Any:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(f"write the id of the {kind} as Slack shows it, like {pattern[1]}012AB3CD")
        return value

    return AfterValidator(check)


def _node_url(value: AnyHttpUrl) -> AnyHttpUrl:
    if value.username is not None or value.password is not None:
        raise ValueError("the address can't hold a user or a password: who calls is told by api_key")
    if value.query is not None or value.fragment is not None:
        raise ValueError("the address can't hold a query or a fragment: end it before the ? or the #")
    return value


def _present(value: Path) -> Path:
    if not os.access(value, os.R_OK):
        raise ValueError(f"{value} isn't there, or opsbot may not read it: name another, or leave the setting out")
    return value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
LongDuration = Annotated[Duration, AfterValidator(_a_day_at_least)]
Size = Annotated[int, BeforeValidator(_size)]
Glob = Annotated[str, AfterValidator(_glob)]
SlashCommand = Annotated[str, AfterValidator(_slash_command)]
NodeName = Annotated[str, AfterValidator(_node_name)]
ChannelId = Annotated[str, _slack_id("channel", r"[CGD][A-Z0-9]+")]
UserId = Annotated[str, _slack_id("person", r"[UW][A-Z0-9]+")]
NodeUrl = Annotated[AnyHttpUrl, AfterValidator(_node_url)]
PresentFile = Annotated[Path, AfterValidator(_present)]
Moment = Annotated[datetime | WeekTime, BeforeValidator(_moment)]
Zone = Annotated[str, AfterValidator(_zone)]
QuietHours = Annotated[Quiet | None, BeforeValidator(_quiet)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
