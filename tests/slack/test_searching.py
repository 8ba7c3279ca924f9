"""A search that takes long, as people see it: announced, told of, and ended by what it found."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

from opsbot.actions.dispatcher import Dispatcher
from opsbot.slack import Doer, Pool
from opsbot.slack.doing import Later
from tests.builders import SCORING, VIC, asker, grant, rules, service
from tests.fake_nodes import FakeDesigner
from tests.fakes import Scene
from tests.stage import shown, staged

if TYPE_CHECKING:
    from pathlib import Path

    from opsbot.slack import Replier


def test_a_page_that_is_turned_and_a_private_search_announce_nothing_and_others_do_in_their_thread() -> None:
    scene = Scene(rules(grant("viewer", VIC)), FakeDesigner(known={SCORING: service(SCORING)}))
    scene.progress.takes_long = True
    with closing(Pool(1, 1, None)) as slow:
        doer = Doer(Dispatcher(scene.world), slow, cast("Replier", None), "/apid")
        turned = doer.do("services design:* --page 1", asker(VIC))
        private = doer.do("services design:* --private", asker(VIC), Later(None))
        assert scene.progress.told == []
        all_see = doer.do("services design:*", asker(VIC), Later(None, "7.0"))
    assert turned is not None
    assert private is not None
    assert (turned.instead_of, private.instead_of) == (None, None)
    assert all_see is not None
    assert all_see.instead_of is not None
    assert scene.progress.places[-1].thread == "7.0"


def test_a_long_search_is_announced_and_its_message_says_in_the_end_what_was_found(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.designer.site.faults.add("GET /projects/CHURN/apiservices", "delay", seconds=5, times=1)
        stage.command("services design:*", user="vic")
        going_on = stage.wait_for("Searching design:* for services")
        assert "so far" in going_on["text"]
        stage.wait_until(lambda: "asked for the services of `design:*`" in stage.again(going_on)["text"])
        assert "design:CHURN/churn" in shown(stage.wait_for_reply(going_on))
        assert [each["text"] for each in stage.messages() if "hourglass" in each["text"]] == []
