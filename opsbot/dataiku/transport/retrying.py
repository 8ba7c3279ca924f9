"""When a call that changes nothing is asked again.

`tenacity` does the counting. urllib3's own Retry was the other choice; it sees neither a body that breaks off nor a
budget of time, so a call could take minutes or fail on what one more try would have mended.
"""

from __future__ import annotations

import logging
import random
from typing import TYPE_CHECKING

import tenacity

from opsbot.errors import DSSUnavailableError, DSSUntrustedError

if TYPE_CHECKING:
    import threading

    from opsbot.dataiku.patience import Patience, Waiting

_log = logging.getLogger(__name__)


def retrying(patience: Patience, waiting: Waiting, is_over: threading.Event) -> tenacity.Retrying:
    """Return what calls a function again while the node is unavailable, within the budget of attempts and time.

    Once `is_over` is set nothing is called again.
    """
    backoff = tenacity.wait_random_exponential(multiplier=patience.first_wait, max=patience.longest_wait)

    def wait(state: tenacity.RetryCallState) -> float:
        asked = _asked_to_wait(state)
        # A little more than asked for, and not the same for everybody who was sent away together.
        return backoff(state) if asked is None else asked + random.uniform(0, patience.first_wait)  # noqa: S311  # no secret

    def sleep(seconds: float) -> None:
        with waiting():
            is_over.wait(seconds)

    return tenacity.Retrying(
        sleep=sleep,
        retry=tenacity.retry_if_exception(lambda error: _worth_another_try(error) and not is_over.is_set()),
        wait=wait,
        # Gives up at once when the next wait wouldn't fit, rather than waiting in vain.
        stop=tenacity.stop_after_attempt(patience.attempts) | tenacity.stop_before_delay(patience.total),
        before_sleep=_tell,
        reraise=True,
    )


def _tell(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    _log.info("asking again in %.2f s: %s", state.upcoming_sleep, error)


def _worth_another_try(error: BaseException) -> bool:
    return isinstance(error, DSSUnavailableError) and not isinstance(error, DSSUntrustedError)


def _asked_to_wait(state: tenacity.RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error.reply.retry_after if isinstance(error, DSSUnavailableError) and error.reply is not None else None
