"""What can go wrong, as one tree.

    OpsbotError
      ConfigError              the configuration can't be used
      CommandError             the words typed aren't a command
        UnknownVerbError       no verb begins them
        MissingWordError       something that the verb needs wasn't said: a form can ask for it
      NotFoundError            what was named isn't there
      ConflictError            what was asked contradicts what is there
      MissingExtraError        what was asked takes a library that isn't installed
      StoreError               the store can't be reached or isn't ready
      TellingError             Slack didn't take what was to be said
        NotHereError           the bot may not speak there
        SilencedError          the bot may not speak anywhere
        GoneError              what it goes below, or is to be shown anew, was deleted
        OvertakenError         something else is shown there by now
      DSSError                 a Dataiku node said no, or nothing that can be read
        DSSArgumentError       what was given can't be sent: nothing was
        DSSUnavailableError    no answer, 429, 502 to 504
          DSSUntrustedError    its certificate isn't trusted: nothing was sent
        DSSRefusedError        401, 403
        DSSNotFoundError       what was named isn't on the node
        DSSConflictError       the node has something else under that name
        DSSUnreadableError     a reply that isn't what the call returns

`str(error)` is one sentence for the asker; what caused it is kept as `__cause__`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A word that was typed, and the one that was probably meant."""

    wrong: str
    right: str


class OpsbotError(Exception):
    """The root: whatever opsbot raises on purpose. `near` is what would mend the line that was typed, where one word does.

    `about` is the word of the line that it is about, written in full, where it is one: a form says it beside that field.
    """

    near: Misspelling | None = None
    about: str = ""


class ConfigError(OpsbotError):
    """The configuration can't be used; `faults` are all that is wrong with it, a line each."""

    def __init__(self, message: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class CommandError(OpsbotError):
    """The words typed aren't a command; `suggestion` is what to type instead, `line` what was probably meant by them."""

    line: str | None = None

    def __init__(self, message: str, suggestion: str | None = None, near: Misspelling | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion
        self.near = near


class UnknownVerbError(CommandError):
    """No verb begins the words: whoever typed them may never have seen one."""


class MissingWordError(CommandError):
    """Something that the verb needs wasn't said; where there are forms, one asks for it."""


class NotFoundError(OpsbotError):
    """What was named isn't there."""

    def __init__(self, message: str, near: Misspelling | None = None, about: object = "") -> None:
        super().__init__(message)
        self.near = near
        self.about = str(about)


class ConflictError(OpsbotError):
    """What was asked contradicts what is there."""

    def __init__(self, message: str, about: object = "") -> None:
        super().__init__(message)
        self.about = str(about)


class MissingExtraError(OpsbotError):
    """What was asked takes a library that isn't installed: an extra of opsbot."""


class StoreError(OpsbotError):
    """The store can't be reached, or its schema isn't ready."""


class TellingError(OpsbotError):
    """Slack didn't take what was to be said.

    `again`: another try may help, after `after` seconds; `uncertain`: it may have been said for all that.
    """

    def __init__(self, message: str, *, again: bool = False, after: float = 0.0, uncertain: bool = False) -> None:
        super().__init__(message)
        self.again = again
        self.after = after
        self.uncertain = uncertain


class NotHereError(TellingError):
    """The bot may not speak there: it isn't in the channel, or there is none such."""


class SilencedError(TellingError):
    """The bot may speak nowhere any more: Slack took its token back. What was to be said is said once there is a new one."""


class GoneError(TellingError):
    """The message below which it was to be said, or that was to be shown anew, isn't there any more: nothing was said."""


class OvertakenError(TellingError):
    """What was to be replaced isn't what is shown there any more: somebody else replaced it."""


@dataclass(frozen=True, slots=True)
class DSSReply:
    """What is known of the reply behind a DSSError.

    `status` is None when no reply came. `error_type` is the Java class that the node names, if any.
    """

    method: str
    path: str
    status: int | None = None
    error_type: str | None = None
    message: str | None = None
    """What the node said, without keys and paths of its disk."""
    dss_version: str | None = None
    retry_after: float | None = None
    """Seconds that the node asked to wait, if it did."""
    sent: bool = True
    """False when the request never left: no connection was made."""
    trouble: str = ""
    """What the system or TLS said where no reply came."""

    def __str__(self) -> str:
        """Name the call, and the status that came, or why none did."""
        return f"{self.method} {self.path}: {self.status or 'no reply'}" + f" ({self.trouble})" * bool(self.trouble)


class DSSError(OpsbotError):
    """A Dataiku node said no, or nothing that can be read.

    `happened` is what happened, and `advice` what to do about it, for people: the error's words are both. Which call it
    was is in `reply`, and in a note, so that logs and tracebacks tell it.
    """

    def __init__(self, message: str, reply: DSSReply | None = None, advice: str = "") -> None:
        closed = f"{message}." if advice and message[-1:] not in {*".!?"} else message
        super().__init__(f"{closed} {advice}".rstrip())
        self.happened = closed
        self.advice = advice
        self.reply = reply
        if reply is not None:
            self.add_note(str(reply))

    @property
    def status(self) -> int | None:
        """HTTP status of the reply, or None when none came."""
        return self.reply.status if self.reply is not None else None

    @property
    def error_type(self) -> str | None:
        """The Java class that the node names as the kind of the error, if any."""
        return self.reply.error_type if self.reply is not None else None


class DSSArgumentError(DSSError, ValueError):
    """What was given can't be sent: nothing was."""


class DSSUnavailableError(DSSError):
    """No answer, or one that says to come back later: what was asked may or may not have happened."""


class DSSUntrustedError(DSSUnavailableError):
    """No secure connection could be made; asking again won't help."""


class DSSRefusedError(DSSError):
    """The node knows the key and doesn't allow the call, or doesn't know the key."""


class DSSNotFoundError(DSSError, NotFoundError):
    """What was named isn't on the node."""


class DSSConflictError(DSSError, ConflictError):
    """The node has something else under that name."""


class DSSUnreadableError(DSSError):
    """A reply came that isn't what the call returns: HTML, a redirect, broken JSON."""


def in_full(error: BaseException) -> str:
    """Write an error for the log: its sentence, and beside it what isn't for people, such as the call that it came of."""
    notes = [str(note) for note in getattr(error, "__notes__", ())]
    return f"{error} [{'; '.join(notes)}]" if notes else str(error)
