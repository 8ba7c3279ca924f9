"""Progress in a message of a real workspace, with a clock that the test turns."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.domain.models import MessageRef, Place
from opsbot.errors import DSSError
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import Budget, KeptWebClient, SlackProgress, manifest
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ML_OPS = demo.CHANNELS[0].id
RANDOM = "C03RANDOM"  # the bot isn't there


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """Progress over a workspace, and what people see of it."""

    def __init__(self, server: WorkspaceServer, client: KeptWebClient) -> None:
        self.client = client
        self.clock = Clock()
        self.budget = Budget(self.clock)
        self.progress = SlackProgress(client, self.budget, clock=self.clock)
        self._workspace = server.workspace

    def pass_by(self, seconds: float) -> None:
        """Let time pass, and what is due be done."""
        self.clock.now += seconds
        self.progress.look()

    def refuse_edits(self, seconds: float | None) -> None:
        self._workspace.rate_limit = lambda method, _: seconds if method == "chat.update" else None

    def said(self) -> list[str]:
        return [str(each["text"]) for each in reversed(self._history())]

    def _history(self) -> list[Any]:
        return list(self.client.conversations_history(channel=ML_OPS)["messages"])


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = demo.workspace(manifest("/apid"))
    with (
        WorkspaceServer(made) as server,
        closing(KeptWebClient("xoxb-sandbox", f"{server.url}/api/", patience=0)) as client,
    ):
        yield Bench(server, client)


def test_one_message_says_what_is_done_and_how_long_already(bench: Bench) -> None:
    with bench.progress.begin(Place(ML_OPS), "Downloading v4 <!here>") as telling:
        assert bench.said() == [":hourglass_flowing_sand: Downloading v4 &lt;!here&gt;"]
        telling.tell("Uploading v4")
        bench.pass_by(4.9)
        assert "so far" not in bench.said()[0]
        bench.pass_by(0.2)
        assert bench.said() == [":hourglass_flowing_sand: Uploading v4 · 5 s so far"]
        bench.pass_by(60)
        assert bench.said() == [":hourglass_flowing_sand: Uploading v4 · 1 min 5 s so far"]


def test_once_the_work_is_over_nothing_is_edited(bench: Bench) -> None:
    with bench.progress.begin(Place(ML_OPS), "Downloading v4") as telling:
        message = telling.where()
    assert message is not None
    bench.client.chat_update(channel=message.channel, ts=message.ts, text="done")
    bench.pass_by(60)
    assert bench.said() == ["done"]


def test_a_message_that_is_no_more_in_progress_is_left_alone(bench: Bench) -> None:
    reply = bench.client.chat_postMessage(channel=ML_OPS, text="begun")
    there: list[MessageRef | None] = [MessageRef(ML_OPS, str(reply["ts"]))]
    with bench.progress.over(lambda: there[0], "Packaging v4"):
        bench.pass_by(5)
        there[0] = None
        bench.client.chat_update(channel=ML_OPS, ts=str(reply["ts"]), text="somebody else finished it")
        bench.pass_by(5)
    assert bench.said() == ["somebody else finished it"]


def test_where_slack_asks_to_come_back_later_progress_is_dropped_until_then(bench: Bench) -> None:
    with bench.progress.begin(Place(ML_OPS), "Packaging v4"):
        bench.refuse_edits(30)
        bench.pass_by(5)
        bench.refuse_edits(None)
        bench.pass_by(20)
        assert "so far" not in bench.said()[0]
        bench.pass_by(10)
        assert "35 s so far" in bench.said()[0]


def test_cards_are_edited_whatever_was_spent_and_progress_only_of_what_they_leave(bench: Bench) -> None:
    budget = Budget(bench.clock, a_minute=5, for_cards=3)
    assert [budget.may_spend() for _ in range(3)] == [True, True, False]
    bench.clock.now += 60
    budget.spend()
    budget.spend()
    assert not budget.may_spend()
    bench.clock.now += 60
    assert budget.may_spend()


def test_what_can_not_be_posted_is_work_without_words(bench: Bench) -> None:
    with bench.progress.begin(Place(RANDOM), "Packaging v4") as telling:
        assert telling.where() is None
        bench.pass_by(5)
    assert bench.said() == []


def test_what_is_done_soon_is_never_announced(bench: Bench) -> None:
    with bench.progress.if_long(Place(ML_OPS), "Searching"):
        bench.pass_by(2.9)
    bench.pass_by(60)
    assert bench.said() == []


def test_what_lasts_is_announced_once_and_edited(bench: Bench) -> None:
    with bench.progress.if_long(Place(ML_OPS), "Searching") as telling:
        telling.tell("Searching: 3 of 9 read")
        bench.pass_by(3)
        assert bench.said() == [":hourglass_flowing_sand: Searching: 3 of 9 read · 3 s so far"]
        bench.pass_by(4)
        telling.tell("Searching: 8 of 9 read")
        bench.pass_by(1)
        assert bench.said() == [":hourglass_flowing_sand: Searching: 8 of 9 read · 8 s so far"]
    message = telling.where()
    assert message is not None
    bench.pass_by(60)
    assert "8 s so far" in bench.said()[0]


def test_nothing_is_announced_while_slack_has_no_room(bench: Bench) -> None:
    with bench.progress.if_long(Place(ML_OPS), "Searching"):
        bench.budget.close_for(10)
        bench.pass_by(5)
        assert bench.said() == []
        bench.pass_by(6)
        assert "11 s so far" in bench.said()[0]


def test_where_the_bot_is_not_it_is_tried_once(bench: Bench) -> None:
    with bench.progress.if_long(Place(RANDOM), "Searching") as telling:
        bench.pass_by(5)
        bench.pass_by(5)
    assert telling.where() is None


@pytest.mark.parametrize(
    ("error", "said"), [(DSSError("The node doesn't answer."), "The node doesn't answer."), (KeyError("x"), "my side")]
)
def test_an_error_ends_the_message_too(bench: Bench, error: Exception, said: str) -> None:
    def fail_after(seconds: float) -> None:
        with bench.progress.if_long(Place(ML_OPS), "Searching design:*"):
            bench.pass_by(seconds)
            raise error

    with pytest.raises(type(error)):
        fail_after(12)
    assert bench.said()[0].startswith(":warning: Searching design:* ended without a result after 12 s.")
    assert said in bench.said()[0]
    with pytest.raises(type(error)):
        fail_after(0)
    assert len(bench.said()) == 1


def test_a_fault_of_ours_with_one_piece_of_work_keeps_no_other_from_being_shown(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere() -> MessageRef:
        raise KeyError("nobody foresaw this")

    with bench.progress.over(nowhere, "Publishing v3"), bench.progress.begin(Place(ML_OPS), "Packaging v4"):
        bench.pass_by(7)
        assert "7 s so far" in bench.said()[0]
    assert "nobody foresaw this" in caplog.text


def test_edits_are_made_by_themselves(bench: Bench) -> None:
    bench.progress.start()
    with bench.progress.begin(Place(ML_OPS), "Packaging v4"):
        bench.clock.now += 7
        wait_until(lambda: "7 s so far" in bench.said()[0])
    bench.progress.close()


class MuteClient(KeptWebClient):
    """Sends an edit to a workspace that takes it, and says nothing until `speaks`."""

    def __init__(self) -> None:
        super().__init__("xoxb-sandbox", "http://127.0.0.1:9/api/")
        self.edits, self.speaks = threading.Semaphore(0), threading.Event()

    def chat_update(self, **_: Any) -> Any:
        self.edits.release()
        assert self.speaks.wait(20)


def test_the_end_waits_for_no_edit_that_slack_keeps() -> None:
    clock, there = Clock(), MessageRef(ML_OPS, "1.0")
    with closing(MuteClient()) as client:
        progress = SlackProgress(client, Budget(clock), clock=clock)
        first, second = (progress.over(lambda: there, text) for text in ("Publishing v3", "Packaging v4"))
        with first, second:
            progress.start()
            clock.now += 7
            assert client.edits.acquire(timeout=10)
            ending = threading.Thread(target=progress.close, daemon=True)
            ending.start()
            ending.join(10)
            was_kept = ending.is_alive()
            client.speaks.set()
        progress._thread.join(10)
    assert not was_kept
    assert not client.edits.acquire(blocking=False)  # nor is another one made
