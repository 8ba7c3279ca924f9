"""The exit codes of `opsbot ask`, which scripts may rely on."""

from __future__ import annotations

from enum import IntEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from opsbot.domain.results import ArchiveNotFetched, Refused
from opsbot.errors import (
    CommandError,
    ConflictError,
    DSSArgumentError,
    DSSRefusedError,
    DSSUnavailableError,
    DSSUnreadableError,
    NotFoundError,
)

if TYPE_CHECKING:
    from opsbot.assembly.terminal import Reply
    from opsbot.errors import OpsbotError


class Code(IntEnum):
    """How an asking ended."""

    DONE = 0
    FAULT = 1
    UNREADABLE = 2
    REFUSED = 3
    NOT_SO = 4
    SILENCE = 5


def code_of(reply: Reply) -> Code:
    """Tell how it ended; who is refused while Slack tells no groups might not be, if it did."""
    if reply.error is not None:
        return _of_error(reply.error)
    if isinstance(reply.result, ArchiveNotFetched):
        return Code.NOT_SO
    if not isinstance(reply.result, Refused):
        return Code.DONE
    return Code.SILENCE if reply.slack_is_silent else Code.REFUSED


def _of_error(error: OpsbotError) -> Code:
    match error:
        case CommandError() | DSSArgumentError():
            return Code.UNREADABLE
        case NotFoundError() | ConflictError():
            return Code.NOT_SO
        case DSSUnavailableError() | DSSUnreadableError():
            return Code.SILENCE
        case DSSRefusedError(status=status):  # a key that is known may not see it, or it isn't there: nodes don't say
            return Code.FAULT if status == HTTPStatus.UNAUTHORIZED else Code.NOT_SO
        case _:
            return Code.FAULT
