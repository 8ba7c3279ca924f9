"""What was signed once and is sent again, or signed for a button that nobody was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.domain.lifecycle import State
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.domain.models import PublishRequest
    from tests.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("again"), mode="http") as made:
        yield made


def requests_for(stage: Stage, target: str) -> list[PublishRequest]:
    every = stage.bot.world.requests.in_states(frozenset(State))
    return [each for each in every if each.wish.published_service == target]


def test_a_button_of_somebody_elses_or_of_nobodys_does_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.command("publish FRAUD/scoring v4 --as svc")
    stage.wait_until(lambda: bool(requests_for(stage, "svc")))
    number = requests_for(stage, "svc")[0].id
    card = stage.wait_for(f"Request {number}")
    assert stage.deliver(stage.click_payload(card, "cancel_request", f"{number}", user="omar")) == 200
    stage.wait_for(f"Only maya, who asked, or an administrator may cancel request {number}.", user="omar")
    assert stage.deliver(stage.click_payload(card, "drop_everything", f"{number}", user="omar")) == 200
    stage.wait_until(lambda: "a button is clicked that means nothing: drop_everything" in caplog.text)
    assert [each.state for each in requests_for(stage, "svc")] == [State.PENDING]


def test_a_command_or_a_click_that_is_sent_again_changes_nothing_twice(stage: Stage) -> None:
    fields = stage.command("whoami")["payload"]
    for _ in range(3):
        assert stage.deliver_command({**fields, "text": "publish FRAUD/scoring v3 --as twice"}) == 200
    stage.wait_until(lambda: bool(requests_for(stage, "twice")))
    number = requests_for(stage, "twice")[0].id
    card = stage.wait_for(f"Request {number}")
    click = stage.click_payload(card, "approve_request", f"{number}", user="omar")
    assert [stage.deliver(click) for _ in range(3)] == [200] * 3
    stage.wait_for_reply(card, "is published to `twice`")
    stage.wait_for(f"Request {number} was approved by you already", user="omar", times=2)
    assert stage.node_calls("/v3/publish") == 1
    stage.wait_until(lambda: stage.bot.pool.going_on() == 0)  # all that was sent is done now
    assert len(requests_for(stage, "twice")) == 1
