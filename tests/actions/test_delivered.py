"""Who may look up what was said: each what they may read, all of it only who administers everything."""

from __future__ import annotations

from datetime import timedelta

from opsbot.actions.dispatcher import Dispatcher
from opsbot.actions.stores import DeliveryQuery
from opsbot.domain.commands import ListDeliveries
from opsbot.domain.deliveries import Delivery, DeliveryState, Kind, Message, Told
from opsbot.domain.models import MessageRef
from opsbot.domain.results import DeliveriesListed, Refused
from opsbot.slack.blocks.results import answer
from opsbot.slack.identity import Identity
from tests.actions.doing import do
from tests.builders import ADA, CHANNEL, NOON, OMAR, SCORING, VIC, asker, grant, rules
from tests.fakes import Scene

SOME = rules(grant("viewer", VIC), grant("viewer", OMAR, services=("design:FRAUD/sco*",)), grant("admin", ADA))
NEWS = Message(Kind.NEWS, CHANNEL, event=1, watch=1)


def test_a_channel_is_told_what_it_was_told_as_far_as_the_asker_may_read() -> None:
    scene = Scene(SOME)
    result = do(scene, ListDeliveries(failed=True, days=3, page=2), OMAR)
    assert isinstance(result, DeliveriesListed)
    assert not result.personal
    since = NOON - timedelta(days=3)
    assert scene.keeping.deliveries.queries == [
        DeliveryQuery(("design:FRAUD/sco*",), OMAR.id, since, CHANNEL, failed=True, page=2)
    ]


def test_in_a_direct_message_the_asker_reads_what_they_were_told() -> None:
    scene = Scene(SOME)
    result = Dispatcher(scene.world).do(ListDeliveries(), asker(VIC, "D01DIRECT"))
    assert isinstance(result, DeliveriesListed)
    assert result.personal
    assert scene.keeping.deliveries.queries[0].target == VIC.id


def test_what_was_told_anywhere_is_for_administrators_and_for_their_eyes() -> None:
    scene = Scene(SOME)
    refused = do(scene, ListDeliveries(everywhere=True), VIC)
    assert isinstance(refused, Refused)
    assert refused.ask == (frozenset({ADA.id}), frozenset())
    assert scene.keeping.deliveries.queries == []
    result = do(scene, ListDeliveries(everywhere=True), ADA)
    assert isinstance(result, DeliveriesListed)
    assert result.personal
    assert scene.keeping.deliveries.queries[0].target is None


def test_each_is_a_line_that_says_what_became_of_it() -> None:
    soon = NOON + timedelta(seconds=30)
    told = [
        Delivery(1, NEWS, DeliveryState.SENT, 1, ref=MessageRef("C1", "1700000000.000100")),
        Delivery(2, NEWS, DeliveryState.FAILED, 3, "Slack says <!here> no."),
        Delivery(3, NEWS, DeliveryState.WAITING, 2, "Slack asks to come back later.", again_at=soon),
        Delivery(4, Message(Kind.NEWS, CHANNEL, event=1, watch=1, not_before=soon)),
    ]
    scene = Scene(SOME)
    scene.keeping.deliveries.told = [Told(each, NOON, NOON, NOON, SCORING, "v4", "packaged") for each in told]
    link_to = Identity("U", "B", "T", "https://x.slack.test/").link_to
    result = do(scene, ListDeliveries(), VIC)
    assert isinstance(result, DeliveriesListed)
    said = answer(result, asker(VIC), "/apid")
    assert said is not None
    sent, given_up, waits, held = said.details[0].text.splitlines()
    assert "packaged: `v4` of `design:FRAUD/scoring` · :white_check_mark: said <!date" in sent
    assert "given up" in given_up
    assert "Slack says &lt;!here&gt; no." in given_up
    assert "tried 2 times: Slack asks to come back later.; again <!date" in waits
    assert "held back until" in held
    assert link_to(MessageRef("C1", "1700000000.000100")) == "https://x.slack.test/archives/C1/p1700000000000100"
