"""What was signed once and is sent again, or signed for a button that nobody was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from opsbot.domain.lifecycle import State
from tests.stage import staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("again"), mode="http") as made:
        yield made


def test_a_button_of_somebody_elses_or_of_nobodys_does_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.command("publish FRAUD/scoring v4 --as svc")
    card = stage.wait_for("Request 1")
    assert stage.deliver(stage.click_payload(card, "cancel_request", "1", user="omar")) == 200
    stage.wait_for("Only maya, who asked, may cancel request 1.", user="omar")
    assert stage.deliver(stage.click_payload(card, "drop_everything", "1", user="omar")) == 200
    stage.wait_until(lambda: "a button is clicked that means nothing: drop_everything" in caplog.text)
    assert stage.bot.world.requests.get(1).state is State.PENDING


def test_a_command_or_a_click_that_is_sent_again_changes_nothing_twice(stage: Stage) -> None:
    fields = stage.command("whoami")["payload"]
    for _ in range(3):
        assert stage.deliver_command({**fields, "text": "publish FRAUD/scoring v3 --as twice"}) == 200
    card = stage.wait_for("Request 2")
    click = stage.click_payload(card, "approve_request", "2", user="omar")
    assert [stage.deliver(click) for _ in range(3)] == [200] * 3
    stage.wait_for_reply(card, "is published to `twice`")
    stage.wait_for("Request 2 was approved by you already", user="omar", times=2)
    assert stage.node_calls("/v3/publish") == 1
    stage.bot.pool.close()  # all that was sent is done now
    asked_for = stage.bot.world.requests.in_states(frozenset(State))
    assert [each.wish.published_service for each in asked_for] in (["svc", "twice"], ["twice", "svc"])
