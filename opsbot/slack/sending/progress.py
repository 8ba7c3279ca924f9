"""Long work in one message, which is edited with what is being done and the time so far.

One budget is kept for all that is edited in the workspace: cards take from it whatever they need, progress only what
cards leave over.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import contextmanager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING

from opsbot.errors import OpsbotError
from opsbot.slack.blocks.messages import spoken
from opsbot.slack.blocks.working import broken_off, working
from opsbot.slack.sending.saying import say
from opsbot.slack.transport.calls import CALL_ERRORS, come_back_after, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_sdk import WebClient

    from opsbot.actions.ports import Waiting
    from opsbot.domain.models import MessageRef, Place

_log = logging.getLogger(__name__)

EVERY = 5.0
"""How many seconds lie at least between two edits of a message."""

PATIENCE = 3.0
"""How many seconds work may go on before it is announced that may as well be done by then."""

_OURS = "Something went wrong on my side; who asked for it hears more."

_LOOK = 1.0
_LAST_SECONDS = 1.0
"""For the edit that is on its way at the end: Slack may keep it for half a minute, and nobody needs it any more."""
_MINUTE = 60.0
_A_MINUTE = 50
_FOR_CARDS = 25


class Budget:
    """How much may be edited: Slack takes about 50 edits a minute from an app, all channels together."""

    def __init__(
        self, clock: Callable[[], float] = monotonic, a_minute: int = _A_MINUTE, for_cards: int = _FOR_CARDS
    ) -> None:
        self._clock = clock
        self._left_over = a_minute - for_cards
        self._spent: deque[float] = deque()
        self._closed_until = 0.0
        self._lock = threading.Lock()

    def spend(self) -> None:
        """Count an edit that is made in any case."""
        with self._lock:
            self._spent.append(self._clock())

    def may_spend(self) -> bool:
        """Take an edit from what cards leave over, if there is one."""
        now = self._clock()
        with self._lock:
            while self._spent and self._spent[0] <= now - _MINUTE:
                self._spent.popleft()
            if now < self._closed_until or len(self._spent) >= self._left_over:
                return False
            self._spent.append(now)
            return True

    def close_for(self, seconds: float) -> None:
        """Leave nothing over for so long: Slack asked to come back later."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)


class Progress:
    """The progress of one piece of work, as long as it lasts."""

    def __init__(self, where: Callable[[], MessageRef | None], text: str, began: float) -> None:
        self._where = where
        self._what = self._text = text
        self._began = self._edited = began
        self._lock = threading.Lock()
        self._is_over = False

    def tell(self, text: str) -> None:
        """Say what is being done from now on, in plain words; shown with the next edit."""
        self._text = text

    def where(self) -> MessageRef | None:
        """Tell which message it is; None where nothing could be posted."""
        return self._where()

    def edit(self, client: WebClient, budget: Budget, now: float) -> None:
        """Show how it stands, if it is time for that and Slack has room for it."""
        with self._lock:
            if self._is_over or now - self._edited < EVERY or not budget.may_spend():
                return
            self._edited = now
            message = self._where()
            if message is not None:
                shown = working(self._text, now - self._began)
                client.chat_update(channel=message.channel, ts=message.ts, text=spoken(shown), blocks=shown.blocks)

    def end(self) -> None:
        """Edit no more; once this returns, no edit is on its way, so that the outcome is the last word."""
        with self._lock:
            self._is_over = True

    def break_off(self, client: WebClient, now: float, why: str) -> None:
        """Say in the message, if there is one, that nothing came of it."""
        message = self._where()
        if message is not None:
            shown = broken_off(self._what, now - self._began, why)
            client.chat_update(channel=message.channel, ts=message.ts, text=shown.text, blocks=shown.blocks)


class ProgressIfLong(Progress):
    """The progress of work that is announced only once it has gone on for a while."""

    def __init__(self, place: Place, text: str, began: float) -> None:
        super().__init__(lambda: self._message, text, began)
        self._place = place
        self._message: MessageRef | None = None
        self._was_tried = False

    def edit(self, client: WebClient, budget: Budget, now: float) -> None:
        """Post the message if it is time for that and Slack has room for it, or show there how it stands."""
        with self._lock:
            if self._is_over or now - self._began < PATIENCE:
                return
            if not self._was_tried:
                if budget.may_spend():
                    self._was_tried, self._edited = True, now
                    shown = working(self._text, now - self._began)
                    self._message = say(client, shown, self._place.channel, self._place.thread)
                return
        if self._message is not None:
            super().edit(client, budget, now)


class SlackProgress:
    """Shows how long work goes. Never raises: progress is told as far as that is possible, and dropped first."""

    def __init__(
        self, client: WebClient, budget: Budget, waiting: Waiting = nullcontext, clock: Callable[[], float] = monotonic
    ) -> None:
        """Make it, for a client that raises Slack's 429; `waiting` is entered around each wait for an edit's end."""
        self._client = client
        self._budget = budget
        self._waiting = waiting
        self._clock = clock
        self._going_on: list[Progress] = []
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._look_on, name="progress", daemon=True)

    def start(self) -> None:
        """Begin to edit what is told."""
        self._thread.start()

    def close(self) -> None:
        """Edit nothing any more; an edit that Slack keeps waiting isn't waited for."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_LAST_SECONDS)

    @contextmanager
    def begin(self, place: Place, text: str) -> Iterator[Progress]:
        """Post a message that says, in plain words, what is being done; it is edited until the context ends.

        What the message says afterwards is the caller's business: it is at the progress's `where`. Where an error leaves
        the context, the message says so.
        """
        message = self._post(place, text)
        with self._breaking_off(Progress(lambda: message, text, self._clock())) as progress:
            yield progress

    @contextmanager
    def if_long(self, place: Place, text: str) -> Iterator[Progress]:
        """Do as `begin`, but post nothing unless it lasts a while: what is done by then was never announced."""
        with self._breaking_off(ProgressIfLong(place, text, self._clock())) as progress:
            yield progress

    @contextmanager
    def over(self, where: Callable[[], MessageRef | None], text: str) -> Iterator[Progress]:
        """Edit a message that is there already, or will be: `where` is asked before each edit, and may say None."""
        with self._showing(Progress(where, text, self._clock())) as progress:
            yield progress

    @contextmanager
    def _breaking_off(self, progress: Progress) -> Iterator[Progress]:
        try:
            with self._showing(progress):
                yield progress
        except Exception as error:
            why = str(error) if isinstance(error, OpsbotError) else _OURS
            try:
                progress.break_off(self._client, self._clock(), why)
            except CALL_ERRORS as refused:
                _log.warning("that something came to nothing could not be shown: %s", error_code(refused))
            raise

    @contextmanager
    def _showing(self, progress: Progress) -> Iterator[Progress]:
        with self._changed:
            self._going_on.append(progress)
            self._changed.notify_all()
        try:
            yield progress
        finally:
            with self._changed:
                self._going_on.remove(progress)
            with self._waiting():  # for an edit that is on its way
                progress.end()

    def look(self) -> None:
        """Make the edits that are due."""
        with self._changed:
            going_on = tuple(self._going_on)
        for progress in going_on:
            if self._is_closed:
                return
            try:
                progress.edit(self._client, self._budget, self._clock())
            except CALL_ERRORS as error:
                self._budget.close_for(come_back_after(error) or 0.0)
                _log.info("progress could not be shown: %s", error_code(error))
            except OpsbotError as error:
                _log.info("where progress is to be shown can't be read: %s", error)
            except Exception:  # noqa: BLE001 - whatever it is, the others are looked at, and so is this one again
                _log.exception("progress could not be shown")

    def _post(self, place: Place, text: str) -> MessageRef | None:
        try:
            return say(self._client, working(text), place.channel, place.thread)
        except CALL_ERRORS as error:
            _log.info("progress could not be posted: %s", error_code(error))
            return None

    def _look_on(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._going_on)
                if self._changed.wait_for(lambda: self._is_closed, _LOOK):
                    return
            self.look()
