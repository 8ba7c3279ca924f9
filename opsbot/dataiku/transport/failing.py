"""What goes wrong on the way to a node and back, as typed errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import DecodeError, HTTPError

from opsbot.dataiku.advice import after_silence
from opsbot.dataiku.transport.broken_connections import distrust, in_words, never_connected, trouble
from opsbot.errors import DSSError, DSSReply, DSSUnavailableError, DSSUnreadableError, DSSUntrustedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.dataiku.redaction import Redact
    from opsbot.dataiku.transport.call import Call


class ReplyTooLongError(Exception):
    """A reply is longer than any that a node sends."""


@contextmanager
def failures_of(call: Call, redact: Redact) -> Iterator[None]:
    """Turn what goes wrong on the way into typed errors that name the call."""
    try:
        yield
    except DSSError:
        raise
    except (DecodeError, requests.exceptions.InvalidHeader, ReplyTooLongError) as error:
        raise DSSUnreadableError(
            f"The node's reply can't be read: {redact(str(error))}",
            DSSReply(call.method, call.path),
            after_silence(call.method),
        ) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        if why := distrust(error):
            raise DSSUntrustedError(
                f"The node's certificate isn't trusted: {redact(why).rstrip('.')}.",
                DSSReply(call.method, call.path, sent=False),
                "Tell whoever runs me.",
            ) from error
        reply = DSSReply(call.method, call.path, sent=not never_connected(error), trouble=trouble(error))
        advice = after_silence(call.method, sent=reply.sent)
        raise DSSUnavailableError(f"{in_words(error)}.", reply, advice) from error
