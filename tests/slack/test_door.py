"""What comes in at the door: signatures, replays, floods, and what nobody foresaw."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from opsbot.actions.dispatcher import Defaults
from opsbot.sandbox import demo
from opsbot.slack import Pool, Turns
from opsbot.slack.listeners import BUSY
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.domain.commands import Command
    from opsbot.domain.models import Asker, Place
    from opsbot.domain.results import Result
    from tests.stage import Stage


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, mode="http") as made:
        yield made


def asked(stage: Stage) -> dict[str, object]:
    stage.command("publish FRAUD/scoring v4")
    return stage.click_payload(stage.wait_for("Request 1"), "approve_request", "1", user="omar")


def test_a_forged_signature_is_refused(open_door: Stage) -> None:
    assert open_door.deliver(asked(open_door), secret="guessed") == 401
    assert "v4" not in open_door.published("scoring")


def test_a_late_signature_is_refused(open_door: Stage) -> None:
    assert open_door.deliver(asked(open_door), at=time.time() - 6 * 60) == 401
    assert "v4" not in open_door.published("scoring")


def test_a_replayed_mention_is_taken_once(open_door: Stage) -> None:
    open_door.command("publish FRAUD/scoring v4")
    card = open_door.wait_for("Request 1")
    event = {"type": "app_mention", "user": "U02OMAR", "text": f"<@{demo.BOT}> whoami", "channel": card["channel"]}
    payload = {
        "type": "event_callback",
        "event_id": "Ev0001",
        "team_id": "T0SANDBOX",
        "api_app_id": "A0APP",
        "event": {**event, "ts": card["ts"]},
    }
    assert [open_door.deliver_event(payload) for _ in range(3)] == [200, 200, 200]
    open_door.wait_for("you hold", user="omar")
    open_door.command("help", user="omar")
    open_door.wait_for("Here is what you can do", user="omar")
    assert len([each for each in open_door.messages(user="omar") if "you hold" in each["text"]]) == 1


@pytest.mark.parametrize("value", ["1; DROP TABLE publish_requests", "999", "", "١", "-1"])
def test_a_button_value_that_somebody_made_up_does_nothing(open_door: Stage, value: str) -> None:
    payload = asked(open_door)
    payload["actions"] = [{"type": "button", "action_id": "approve_request", "block_id": "b", "value": value}]
    assert open_door.deliver(payload) == 200
    open_door.wait_for("isn't one of mine" if value != "999" else "There is no request 999", user="omar")
    assert "v4" not in open_door.published("scoring")


def test_a_payload_without_what_it_needs_gets_an_incident_and_an_acknowledgement(open_door: Stage) -> None:
    assert open_door.deliver({"type": "block_actions", "actions": [{"action_id": "approve_request"}]}) == 200


def test_whether_it_lives_and_is_ready_can_be_asked(open_door: Stage) -> None:
    url = f"http://127.0.0.1:{open_door.bot.http.port}"
    assert httpx.get(f"{url}/healthz").json() == {"alive": True}
    ready = httpx.get(f"{url}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True})
    assert httpx.get(f"{url}/nothing").status_code == 404


def test_a_full_pool_says_so_at_once(tmp_path: Path) -> None:
    gate = threading.Event()
    pool = Pool(threads=1, queue=1, turns=Turns())
    with staged(tmp_path, pool=pool) as stage:
        assert pool.submit(gate.wait)
        assert pool.submit(gate.wait)
        refused = stage.command("packages FRAUD/scoring")
        assert refused["acked"]
        assert stage.wait_for(BUSY)["addressee"] == "U01MAYA"
        gate.set()
        stage.wait_until(
            lambda: "asked for the packages" in str(stage.command("packages FRAUD/scoring") and stage.messages())
        )


class Exploding:
    """A dispatcher with a fault in it."""

    def defaults(self, place: Place) -> Defaults:
        return Defaults()

    def do(self, command: Command, asker: Asker) -> Result:
        raise ZeroDivisionError("nobody foresaw this")


def test_a_fault_of_ours_gets_a_number_that_the_log_has_too(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    listeners = replace(stage.bot.listeners, dispatcher=Exploding())  # type: ignore[arg-type]  # only its two methods
    sent = stage.command("help")["payload"]
    acks: list[str] = []
    listeners.on_command(lambda text="": acks.append(text), {**sent, "text": "packages design:FRAUD/scoring"})
    said = stage.wait_for("Something went wrong on my side, incident")
    number = re.search(r"incident ([0-9A-F]{6})", said["text"])
    assert number is not None
    assert number[1] in caplog.text
    assert "nobody foresaw this" in caplog.text
    assert said["addressee"] == "U01MAYA"
    assert acks == [""]


@pytest.mark.parametrize("body", [{}, {"channel_id": 7}, {"user": None}])
def test_what_can_not_be_read_is_acknowledged_with_an_incident(stage: Stage, body: dict[str, object]) -> None:
    acks: list[str] = []
    for listen in (stage.bot.listeners.on_command, stage.bot.listeners.on_click, stage.bot.listeners.on_mention):
        listen(lambda text="": acks.append(text), body)
    assert len(acks) == 3
    assert "incident" in acks[0]
