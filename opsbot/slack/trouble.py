"""What went wrong, in words: the one boundary where errors of the chat surface end."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, assert_never

from opsbot.errors import CommandError, OpsbotError, StoreError, UnknownVerbError, in_full
from opsbot.grammar import corrected
from opsbot.slack.blocks.introducing import with_form_for
from opsbot.slack.blocks.messages import LONGEST_LINE, Answer, Message
from opsbot.slack.blocks.results import apology
from opsbot.slack.transport.pool import TurnedAway

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.slack.transport.pool import Pool

_TEXTS = ("--notes", "--reason")
_log = logging.getLogger(__name__)

DID_YOU_MEAN_THIS = "Did you mean this?"

BUSY = "I have more to do than I can keep up with just now. Nothing was done; please try again in a moment."

ENOUGH = (
    "I'm still at what you asked for before, and take no more from one person at once. "
    "This wasn't done; please send it again when one of the others is answered."
)


def turned_away(why: TurnedAway) -> str:
    """Say to whom it wasn't taken from why it wasn't."""
    match why:
        case TurnedAway.FULL:
            return BUSY
        case TurnedAway.HAS_ENOUGH:
            return ENOUGH
        case _:
            assert_never(why)


def tell_turned_away(why: TurnedAway, user: str, spare: Pool, tell: Callable[[Message], object]) -> None:
    """Tell somebody that nothing of theirs is taken, by spare workers: the acknowledgement waits for the listener."""
    if spare.take(user, tell, Message(turned_away(why))) is not None:
        _log.warning("%s could not even be told that there is too much to do", user)


def in_words(job: Callable[[], Answer | None], address: str, command_name: str, typed: str = "") -> Answer | None:
    """Do a job; whatever goes wrong with it becomes an answer, and what is a fault of ours gets a number.

    `address` is what a line to the bot begins with where it was asked, and `typed` the rest of the line, which may be
    mended.
    """
    try:
        return job()
    except StoreError as error:
        return apology(error, command_name, incident("the store failed"))
    except OpsbotError as error:
        _log.info("not done: %s", in_full(error))
        if isinstance(error, CommandError) and error.line is not None:
            return apology(error, address, DID_YOU_MEAN_THIS, instead=error.line)
        instead = corrected(typed, error.near) if error.near is not None else None
        said = apology(error, address, instead=instead)
        is_lost = instead is None and not isinstance(error, UnknownVerbError) and _holds_text(typed)
        return with_form_for(typed, said) if is_lost else said
    except Exception:  # noqa: BLE001 - a fault of ours, whatever it is, is told with its number
        return Answer(incident("a job failed"), private=True, undone=True)


def _holds_text(line: str) -> bool:
    """Tell whether there is something in a line that nobody likes to type again, and that a button has room for."""
    return any(option in line for option in _TEXTS) and len(line) <= LONGEST_LINE


def incident(what: str) -> str:
    """Log a fault of ours under a number that the asker can quote."""
    number = secrets.token_hex(3).upper()
    _log.exception("incident %s: %s", number, what, extra={"incident": number})
    return f":boom: Something went wrong on my side, incident {number}. Please tell whoever runs me; the log has the same number."
