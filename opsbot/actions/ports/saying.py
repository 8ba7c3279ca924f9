"""What the actions have said and shown: messages, news, App Homes, progress, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from opsbot.domain.changes import NodeChange
    from opsbot.domain.deliveries import Delivery
    from opsbot.domain.figures import Figures
    from opsbot.domain.homes import HomeShown
    from opsbot.domain.models import (
        MessageRef,
        Place,
        PublishRequest,
    )
    from opsbot.domain.timeline import Timeline
    from opsbot.domain.watching import Event, News, Watch


class Messenger(Protocol):
    """Slack, for what is told without being the answer to a command.

    Refusals are raised: NotHereError where the bot may not speak there, GoneError where the message was deleted to which
    it belongs, TellingError for the rest; its `again` tells whether another try may help, `after` how many seconds to wait
    first, `uncertain` whether it may have been said.
    """

    def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Say it; gives where, or None where there was nothing to say any more."""
        ...

    def find(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        """Find where it was said already, by the mark that every message carries; TellingError where Slack won't tell."""
        ...


class Newsroom(Protocol):
    """Slack, for what is told to whoever watches. Refusals are raised as by the Messenger."""

    def post(self, delivery: Delivery, news: News) -> MessageRef:
        """Tell news, in the thread of their version's story if it has begun; gives where."""
        ...

    def burst(self, delivery: Delivery, events: Sequence[Event], figures: Sequence[Figures] = ()) -> MessageRef:
        """Tell of many packages in one message, or of what was held back, a digest with its figures; gives where."""
        ...

    def of_node(self, delivery: Delivery) -> MessageRef:
        """Tell that a node doesn't answer, or does again."""
        ...

    def stopped(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who set a watch that nothing more is told by it, and why."""
        ...

    def test(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Say a test to whoever hears by the watch; gives where. Raises TellingError."""
        ...

    def test_ended(self, delivery: Delivery, watch: Watch) -> MessageRef:
        """Tell who asked for a test whether it arrived; gives where. Raises TellingError."""
        ...

    def find(self, delivery: Delivery, thread: MessageRef | None) -> MessageRef | None:
        """Find where it was told already, by its mark; TellingError where Slack won't say."""
        ...


class HomeScreen(Protocol):
    """Slack's App Homes."""

    def show(self, home: HomeShown, instead_of: str) -> str:
        """Show the person their Home from now on; gives Slack's mark of what is shown.

        Where `instead_of` is the mark of what is to be replaced, and something else is shown by now, nothing is done:
        OvertakenError. Any other refusal is a TellingError.
        """
        ...


class Progress(Protocol):
    """The progress of one piece of work, as long as it lasts."""

    def tell(self, text: str) -> None:
        """Say what is being done from now on, in plain words; shown with the next edit."""
        ...

    def where(self) -> MessageRef | None:
        """Tell which message it is; None where nothing could be posted."""
        ...


class Progresses(Protocol):
    """Long work in one message, edited with what is being done and the time so far. Never raises."""

    def begin(self, place: Place, text: str) -> AbstractContextManager[Progress]:
        """Post a message that says, in plain words, what is being done; it is edited until the context ends.

        What the message says afterwards is the caller's business: it is at the progress's `where`. Where an error leaves
        the context, the message says so.
        """
        ...

    def if_long(self, place: Place, text: str) -> AbstractContextManager[Progress]:
        """Do as `begin`, but post nothing unless it lasts a while: what is done by then was never announced."""
        ...

    def over(self, where: Callable[[], MessageRef | None], text: str) -> AbstractContextManager[Progress]:
        """Edit a message that is there already, or will be: `where` is asked before each edit, and may say None."""
        ...


class Pictures(Protocol):
    """Drawing; raises MissingExtraError where what it takes isn't installed."""

    def timeline(self, timeline: Timeline) -> bytes:
        """Draw packages and publishes along time, as a PNG."""
        ...
