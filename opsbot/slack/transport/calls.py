"""What can go wrong when Slack is called, in one tuple and in words."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from slack_sdk.errors import SlackApiError, SlackClientError

if TYPE_CHECKING:
    from slack_sdk.web import SlackResponse


class ReplyLostError(OSError):
    """Slack may have done what it was asked, but its reply didn't come, or not whole: this isn't sent again."""


class ForeignAddressError(OSError):
    """The address isn't one of Slack's, whoever said so: nothing is sent there."""


class MarksHiddenError(SlackClientError):
    """Slack shows messages without their marks, as the app lacks the scope: that none is found says nothing."""


class UnthreadedError(SlackClientError):
    """Slack said beside a thread what belongs into it, as its first message is gone; it was taken back."""


class UrlRefusedError(SlackClientError):
    """Slack takes nothing more by a response_url: mostly five answers went by it, or it is half an hour old."""


CALL_ERRORS = (SlackClientError, OSError)
"""What a call to Slack may raise: its refusal, or no answer."""

_MARKS_SCOPE = "metadata.message:read"
_TOO_MANY = 429
_BACK_LATER, _LONGEST_WAIT = 5.0, 86_400.0
_SHUT_OUT = frozenset({"token_revoked", "token_expired", "account_inactive", "invalid_auth", "not_authed"})
_TOO_FAST = frozenset({"ratelimited", "rate_limited"})
_UNWELL = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_SERVER_ERRORS = 500
_GONE = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})
_NOT_HERE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})


def error_code(error: BaseException) -> str:
    """Name the error as Slack does; for silence, the kind of silence."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", "unknown_error"))
    if isinstance(error, MarksHiddenError):
        return f"missing_scope ({_MARKS_SCOPE})"
    return type(error).__name__


def in_words(error: BaseException) -> str:
    """Name the error as Slack does; where nobody answered, with what the system or TLS said, for whoever runs the bot."""
    inner = getattr(error, "reason", None) or next(iter(error.args), None)
    match inner:
        case ssl.SSLCertVerificationError():
            return f"{error_code(error)}, {inner.verify_message}"
        case OSError() if isinstance(inner.strerror, str):
            return f"{error_code(error)}, {inner.strerror}"
        case _:
            return error_code(error)


def require_marks(reply: SlackResponse) -> None:
    """Raise MarksHiddenError where Slack says along with its reply that the app may not read metadata."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    scopes = headers.get("x-oauth-scopes")
    if scopes is not None and _MARKS_SCOPE not in {scope.strip() for scope in scopes.split(",")}:
        raise MarksHiddenError(f"The app lacks the scope {_MARKS_SCOPE}.")


def come_back_after(error: BaseException) -> float | None:
    """Tell how many seconds to wait where Slack says 429; None where it said something else, or nothing."""
    if not isinstance(error, SlackApiError):
        return None
    if error_code(error) not in _TOO_FAST and error.response.status_code != _TOO_MANY:
        return None
    headers = {name.lower(): value for name, value in error.response.headers.items()}  # Slack writes them small
    try:
        seconds = float(headers["retry-after"])
    except (KeyError, ValueError, TypeError):
        return _BACK_LATER
    return seconds if 0 <= seconds <= _LONGEST_WAIT else _BACK_LATER


def is_unwell(error: SlackApiError) -> bool:
    """Tell whether Slack itself failed: some of what it was asked may be done for all that. The status may be 200."""
    return bool(error.response.status_code >= _SERVER_ERRORS) or error_code(error) in _UNWELL


def is_not_here(error: BaseException) -> bool:
    """Tell whether the bot isn't where it should have spoken."""
    return error_code(error) in _NOT_HERE


def is_gone(error: BaseException) -> bool:
    """Tell whether the message that was to be edited, or that was to be replied to, was deleted."""
    return isinstance(error, UnthreadedError) or error_code(error) in _GONE


def is_shut_out(error: BaseException) -> bool:
    """Tell whether Slack takes nothing from the bot any more, anywhere."""
    return error_code(error) in _SHUT_OUT
