"""The hands of the people in a workspace that is served somewhere, for tests and scripts.

    with Hands("http://127.0.0.1:8080") as hands:
        hands.say("@todo add milk")
        hands.click(hands.wait_for("milk"), "done", user="omar")

Each method does what one person does, or shows what one person sees, and says so to the control API. Messages and views
are JSON, as Slack's Web API has them. What is refused raises nothing: the reply has `ok` and `error`, so that a test can
tell what a person was refused.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

import httpx

from opsbot.sandbox.workspace.controls import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

JSON = dict[str, Any]
_Found = TypeVar("_Found")

_NAP_SECONDS = 0.02
_REPLY_SECONDS = 30.0


class Hands:
    """Acts for people, and looks with their eyes; people and channels go by id or name.

    Unless a method is told otherwise, `user` acts in `channel`, and what is waited for has `patience` seconds to come;
    waiting in vain is an AssertionError that says for what.
    """

    def __init__(self, url: str, *, user: str = "maya", channel: str = "ml-ops", patience: float = 20.0) -> None:
        """`url` is where the workspace is served."""
        self.url = url
        self._user = user
        self._channel = channel
        self._patience = patience
        verify = url.startswith("https:")  # to read whom the system trusts takes longer than most of what hands do
        self._client = httpx.Client(base_url=f"{url}/_control", timeout=_REPLY_SECONDS, trust_env=False, verify=verify)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # What people do

    def command(
        self, text: str, *, name: str | None = None, user: str | None = None, channel: str | None = None
    ) -> JSON:
        """Type a slash command: `text` is what follows its `name`, which is the app's first unless it is said."""
        body = {**self._place(user, channel), "command": name or self._first_command(), "text": text}
        return self.post("/command", body)

    def say(self, text: str, *, user: str | None = None, channel: str | None = None, thread: str | None = None) -> JSON:
        """Write a message, in the channel or in the thread of a timestamp."""
        return self.post("/message", {**self._place(user, channel), "text": text, "thread_ts": thread})

    def click(self, where: JSON, action: str, *, user: str | None = None, value: Any = None) -> JSON:
        """Click a button of a message or a view by its action id, or choose a `value` in a select."""
        used = {"action_id": action} if value is None else {"action_id": action, "value": value}
        return self.post("/interact", {**self._at(where), "user": user or self._user, "action": used})

    def options(self, where: JSON, action: str, typed: str, *, user: str | None = None) -> list[JSON]:
        """Type into a select whose options the app sends, in a message or a view; what it offers then."""
        asked = {"action_id": action, "value": typed}
        reply = self.post("/options", {**self._at(where), "user": user or self._user, "action": asked})
        offered: list[JSON] = reply["options"]
        return offered

    def submit(self, user: str, values: Mapping[str, Any]) -> JSON:
        """Fill in the form in front of somebody, by action id, and send it."""
        return self.post("/submit", {"user": user, "values": dict(values)})

    def close_view(self, user: str, *, cleared: bool = False) -> JSON:
        """Close the form in front of somebody, or (`cleared`) all that are stacked there."""
        return self.post("/close", {"user": user, "cleared": cleared})

    def shortcut(
        self, callback_id: str, *, user: str | None = None, channel: str | None = None, message: JSON | None = None
    ) -> JSON:
        """Use a shortcut: of a message, or of the workspace with a channel in view."""
        where = self._at(message) if message is not None else {"channel": channel}
        return self.post("/shortcut", {"user": user or self._user, "callback_id": callback_id, **where})

    def open_home(self, user: str, *, tab: str = "home") -> JSON | None:
        """Open the app's Home, or its messages; the view that was there, for the app may publish another then."""
        view: JSON | None = self.post("/open-home", {"user": user, "tab": tab})["view"]
        return view

    # What people see

    def messages(self, channel: str | None = None, *, user: str | None = None) -> list[JSON]:
        """All that somebody sees in a channel, threads included."""
        seen: list[JSON] = self.get(f"/messages/{channel or self._channel}", user=user or self._user)["messages"]
        return seen

    def thread(self, parent: JSON, *, user: str | None = None) -> list[JSON]:
        """The replies to a message."""
        seen = self.messages(parent["channel"], user=user)
        return [each for each in seen if each.get("thread_ts") == parent["ts"] and each["ts"] != parent["ts"]]

    def again(self, message: JSON) -> JSON:
        """The same message as it is now."""
        return next(each for each in self.messages(message["channel"]) if each["ts"] == message["ts"])

    def find_view(self, user: str) -> JSON | None:
        """The form that somebody has open."""
        return self._shown_to(user, "modal")

    def find_home(self, user: str) -> JSON | None:
        """The Home that the app published for somebody."""
        return self._shown_to(user, "home")

    def state(self) -> JSON:
        """Everything but the messages: the app, people, channels, user groups, views."""
        return self.get("/state")

    def log(self) -> list[JSON]:
        """What passed between the workspace and the app, in order."""
        entries: list[JSON] = self.get("/log")["log"]
        return entries

    # Waiting

    def wait_for(self, text: str, channel: str | None = None, *, user: str | None = None, times: int = 1) -> JSON:
        """The newest of the messages that hold the text, in their blocks or beside them, once there are so many."""
        where = channel or self._channel
        return self.wait(lambda: _newest(self.messages(where, user=user), text, times), f"“{text}” in {where}")

    def wait_for_reply(self, parent: JSON, text: str = "") -> JSON:
        """The newest reply to a message that holds the text."""
        return self.wait(lambda: _newest(self.thread(parent), text, 1), f"a reply with “{text}”")

    def wait_for_view(self, user: str) -> JSON:
        """The form that somebody has open, once there is one."""
        return self.wait(lambda: self.find_view(user), f"a form before {user}")

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        self.wait(lambda: holds() or None, "something to hold")

    def wait(self, look: Callable[[], _Found | None], what: str) -> _Found:
        """Look again and again until there is something."""
        until = time.monotonic() + self._patience
        while (found := look()) is None:
            if time.monotonic() > until:
                raise AssertionError(f"waited in vain for {what}")
            time.sleep(_NAP_SECONDS)
        return found

    # Conditions

    def trouble(self, *steps: JSON, methods: tuple[str, ...] = ("*",)) -> JSON:
        """Have calls go wrong: `trouble({"status": 503, "calls": 2}, methods=("chat.*",))`; no step calls it off."""
        if not steps:
            return self._reply(self._client.delete("/trouble"))
        return self.post("/trouble", {"methods": list(methods), "steps": list(steps)})

    def advance(self, seconds: float) -> JSON:
        """Put the workspace's clock forward."""
        return self.post("/clock", {"advance": seconds})

    def reset(self) -> None:
        """Put everything back as it was at the start; the app stays connected."""
        self.post("/reset", {})

    # The control API itself

    def post(self, path: str, body: Mapping[str, Any]) -> JSON:
        """Ask the control API for something that has no method here."""
        return self._reply(self._client.post(path, json={key: what for key, what in body.items() if what is not None}))

    def get(self, path: str, **query: str) -> JSON:
        """Look at something by the control API."""
        return self._reply(self._client.get(path, params=query))

    @staticmethod
    def _reply(response: httpx.Response) -> JSON:
        reply: JSON = response.json()
        return reply

    def _shown_to(self, user: str, kind: str) -> JSON | None:
        state = self.state()
        ids = {each["id"] for each in state["users"] if user in (each["id"], each["name"])}
        return next((view for view in state["views"] if view["user"] in ids and view["type"] == kind), None)

    def _place(self, user: str | None, channel: str | None) -> JSON:
        return {"user": user or self._user, "channel": channel or self._channel}

    @staticmethod
    def _at(where: JSON) -> JSON:
        return {"channel": where["channel"], "messageTs": where["ts"]} if "ts" in where else {"view": where["id"]}

    def _first_command(self) -> str:
        commands = self.state()["app"]["commands"]
        if not commands:
            raise ValueError("The app's manifest declares no slash command.")
        return str(commands[0]["name"])


def shown(message: JSON) -> str:
    """All the text of a message's or a view's blocks."""
    return "\n".join(texts(message.get("blocks", ())))


def buttons(message: JSON) -> dict[str, str]:
    """The buttons below one another in a message: their action ids by their labels."""
    elements = [each for block in message.get("blocks", ()) if block["type"] == "actions" for each in block["elements"]]
    return {element["text"]["text"]: element["action_id"] for element in elements}


def _newest(messages: list[JSON], text: str, times: int) -> JSON | None:
    holding = [each for each in messages if text in each["text"] or text in shown(each)]
    return holding[-1] if len(holding) >= times else None
