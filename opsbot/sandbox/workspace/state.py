"""The workspace: everything that a server of it serves, and who the app in it is."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opsbot.sandbox.workspace.channels import Channel, Channels
from opsbot.sandbox.workspace.clock import Clock, Timestamps, WorkspaceClock
from opsbot.sandbox.workspace.feed import Feed, Subscriber, TrafficLogged, WorkspaceReset
from opsbot.sandbox.workspace.files import File, FileLimits, Files
from opsbot.sandbox.workspace.manifest import AppManifest
from opsbot.sandbox.workspace.messages import Message, Messages
from opsbot.sandbox.workspace.people import Directory, Person, UserGroup
from opsbot.sandbox.workspace.rate_limits import Pace, RateLimits
from opsbot.sandbox.workspace.tickets import TicketLimits, Tickets
from opsbot.sandbox.workspace.trouble import Troubles
from opsbot.sandbox.workspace.views import Views

LOG_LENGTH = 2_000

# What a call must wait for, in seconds, or None to let it through: given the method and its channel ("" where none).
RateLimit = Callable[[str, str], float | None]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the workspace waits for the app, and how long what it gives out is good for."""

    ack_seconds: float = 3.0
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    tickets: TicketLimits = field(default_factory=TicketLimits)


@dataclass(frozen=True, slots=True)
class InstalledApp:
    """The app in the workspace: its manifest, its secrets, its ids."""

    manifest: AppManifest
    bot_token: str
    app_token: str
    signing_secret: str
    request_url: str | None
    bot_user: str = "U0BOT"
    bot_id: str = "B0BOT"
    app_id: str = "A0APP"


class Workspace:
    """People, channels, messages and views of one Slack workspace with one app, in memory.

    It belongs to the event loop that serves it: other threads may read, and change nothing. `url` is where it is
    served; whoever serves it says so.
    """

    team_id = "T0SANDBOX"
    domain = "sandbox"
    name = "Sandbox"

    def __init__(
        self,
        manifest: Mapping[str, Any],
        *,
        people: Iterable[Person] = (),
        channels: Iterable[Channel] = (),
        user_groups: Iterable[UserGroup] = (),
        bot_token: str = "xoxb-sandbox",  # noqa: S107 - a sandbox's token opens nothing else
        app_token: str = "xapp-sandbox",  # noqa: S107 - the same
        signing_secret: str = "sandbox",  # noqa: S107 - the same
        request_url: str | None = None,
        timing: Timing | None = None,
        pace: Pace = "off",
        rate_limit: RateLimit | None = None,
        file_limits: FileLimits | None = None,
        clock: Clock = time.time,
    ) -> None:
        self.app = InstalledApp(AppManifest.read(manifest), bot_token, app_token, signing_secret, request_url)
        self.timing = timing if timing is not None else Timing()
        self.file_limits = file_limits if file_limits is not None else FileLimits()
        self.clock = WorkspaceClock(clock)
        self._first_pace: Pace = pace
        self.rate_limit: RateLimit = rate_limit if rate_limit is not None else self._limit
        self.url = "http://127.0.0.1"
        self.feed = Feed()
        bot = Person(self.app.bot_user, self.app.manifest.bot_name, self.app.manifest.name, is_bot=True)
        self.directory = Directory(people, user_groups, bot)
        self._first_channels = tuple(channels)
        self._timestamps = Timestamps(self.clock)
        self._start()

    def _start(self) -> None:
        self.channels = Channels(self._first_channels, self.feed)
        self.messages = Messages(self.feed)
        self.views = Views(self.feed)
        self.files = Files(self.clock, self.file_limits)
        self.tickets = Tickets(self.clock, self.timing.tickets)
        self.rates = RateLimits(self.clock, self._first_pace)
        self.troubles = Troubles(self.clock)
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)

    def _limit(self, method: str, channel: str) -> float | None:
        return self.rates.wait(method, channel)

    def reset(self) -> None:
        """Put everything back as it was at the start. Connections of the app stay."""
        self._start()
        self.feed.publish(WorkspaceReset())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Tell `subscriber` of every change until the function that is returned is called."""
        return self.feed.subscribe(subscriber)

    def next_ts(self) -> str:
        """Return a timestamp that nothing else has."""
        return self._timestamps.next()

    def post(self, channel: str, user: str, text: str, *, quiet: bool = False, **rest: Any) -> Message:
        """Add a message of this text; `rest` are further fields of `Message`."""
        return self.messages.post(Message(channel, self.next_ts(), user, text, **rest), quiet=quiet)

    def share(self, channel: str, ts: str, text: str, files: list[File], **rest: Any) -> Message:
        """Add the app's message that shows these files."""
        user, shown = self.app.bot_user, tuple(files)
        return self.messages.post(Message(channel, ts, user, text, subtype="file_share", files=shown, **rest))

    def record(self, kind: str, name: str, request: Any, response: Any, **rest: Any) -> None:
        """Write down what passed between the workspace and the app."""
        entry = {"at": self.clock(), "kind": kind, "name": name, "request": request, "response": response, **rest}
        self.log.append(entry)
        self.feed.publish(TrafficLogged(entry))
