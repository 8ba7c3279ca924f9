"""What waits in a line is said in its order and once, whatever Slack and we ourselves do wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbot.actions.delivering import Mouth
from opsbot.domain.commands import Decline
from opsbot.domain.deliveries import HOMES, Delivery, DeliveryState, Kind, Message
from opsbot.domain.models import MessageRef, PublishRequest
from opsbot.errors import GoneError, NotHereError, SilencedError, TellingError
from tests.actions.doing import asked, do
from tests.actions.saying import DiedError, Line, Slack, mouth, nobody, of, teller
from tests.builders import CHANNEL, MAYA, OMAR
from tests.fake_requests import FakeRequests
from tests.fakes import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from opsbot.domain.changes import NodeChange


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    asked(made)
    return made


def test_a_line_is_said_in_its_order_and_then_empty(scene: Scene) -> None:
    line, slack = of(Kind.CARD, Kind.REPAINT, Kind.VOTED), Slack()
    say = mouth(scene, line, slack)
    assert [say.say_next(CHANNEL) for _ in range(4)] == [0.0, 0.0, 0.0, None]
    assert slack.said == [1, 2, 3]
    assert {each.state for each in line.kept} == {DeliveryState.SENT}


def test_a_card_that_was_posted_is_remembered(scene: Scene) -> None:
    mouth(scene, of(Kind.CARD), Slack()).say_next(CHANNEL)
    assert scene.requests.get(1).card == MessageRef(CHANNEL, "1.0")


def test_posts_keep_their_distance(scene: Scene) -> None:
    say = mouth(scene, of(Kind.VOTED, Kind.VOTED), Slack(), gap=1.0)
    assert say.say_next(CHANNEL) == 0.0
    assert say.say_next(CHANNEL) == 1.0
    scene.now += timedelta(seconds=1)
    assert say.say_next(CHANNEL) == 0.0


def test_what_slack_puts_off_is_said_later(scene: Scene) -> None:
    line, slack = of(Kind.VOTED), Slack(fails=[TellingError("later", again=True, after=30.0)])
    say = mouth(scene, line, slack)
    assert say.say_next(CHANNEL) == 30.0
    assert line.kept[0].state is DeliveryState.WAITING
    scene.now += timedelta(seconds=10)
    assert say.say_next(CHANNEL) == 20.0  # whoever looks sooner, as after a restart, doesn't try
    assert slack.said == []
    scene.now += timedelta(seconds=20)
    assert say.say_next(CHANNEL) == 0.0
    assert slack.said == [1]


def test_a_clock_that_was_put_back_holds_nothing_up(scene: Scene) -> None:
    say = mouth(scene, of(Kind.VOTED, Kind.VOTED), Slack(), gap=1.0)
    assert say.say_next(CHANNEL) == 0.0
    scene.now -= timedelta(hours=1)
    assert say.say_next(CHANNEL) == 1.0


def test_what_may_have_been_said_is_looked_for_first(scene: Scene) -> None:
    line, slack = of(Kind.VOTED), Slack(fails=[TellingError("lost", again=True, uncertain=True)])
    say = mouth(scene, line, slack)
    scene.now += timedelta(seconds=say.say_next(CHANNEL) or 0)
    assert say.say_next(CHANNEL) == 0.0
    assert slack.said == [1]
    assert line.kept[0].state is DeliveryState.SENT


def test_a_card_that_nobody_sees_is_told_to_who_asked(scene: Scene) -> None:
    line = of(Kind.CARD)
    mouth(scene, line, Slack(fails=[NotHereError("not_in_channel")])).say_next(CHANNEL)
    assert line.kept[0].state is DeliveryState.FAILED
    told = line.kept[1].message
    assert (told.kind, told.channel) == (Kind.CARD_REFUSED, MAYA.id)
    assert told.text == f"I'm not in <#{CHANNEL}>: invite me there."
    assert MAYA.id in scene.durable.delivered  # who can't wait for the sweep


def test_a_refusal_of_something_nobody_waits_for_is_kept_and_the_line_goes_on(scene: Scene) -> None:
    line, slack = of(Kind.VOTED, Kind.VOTED), Slack(fails=[TellingError("no")])
    say = mouth(scene, line, slack)
    assert [say.say_next(CHANNEL) for _ in range(3)] == [0.0, 0.0, None]
    assert [each.state for each in line.kept] == [DeliveryState.FAILED, DeliveryState.SENT]


def test_an_outcome_that_another_overtook_is_not_said(scene: Scene) -> None:
    line, slack = Line(Message(Kind.OUTCOME, CHANNEL, 1, text="unknown")), Slack()
    mouth(scene, line, slack).say_next(CHANNEL)
    assert slack.said == []
    assert line.kept[0].state is DeliveryState.SENT


def test_nobody_is_reminded_of_what_was_decided_meanwhile(scene: Scene) -> None:
    line, slack = of(Kind.REMINDER, Kind.REMINDER), Slack()
    say = mouth(scene, line, slack)
    say.say_next(CHANNEL)
    do(scene, Decline(1, "no"), OMAR)
    say.say_next(CHANNEL)
    assert slack.said == [1]
    assert line.kept[1].state is DeliveryState.SENT


def test_what_is_about_nothing_any_more_is_given_up(scene: Scene) -> None:
    line = Line(Message(Kind.VOTED, CHANNEL, 99))
    assert mouth(scene, line, Slack()).say_next(CHANNEL) == 0.0
    assert line.kept[0].state is DeliveryState.FAILED


class Emptied(Slack):
    """One in which the cards that `gone` tells of were deleted, and that posts each under a time of its own."""

    def __init__(self, gone: Callable[[MessageRef], bool]) -> None:
        super().__init__()
        self.gone = gone
        self.posted: list[tuple[Kind, MessageRef]] = []
        self.dies = False

    def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        assert isinstance(subject, PublishRequest)
        kind = delivery.message.kind
        if kind is not Kind.CARD and subject.card is not None and self.gone(subject.card):
            raise GoneError("It was deleted.")
        if kind is Kind.REPAINT:
            return subject.card
        self.posted.append((kind, MessageRef(CHANNEL, f"{len(self.posted) + 1}.0")))
        if kind is Kind.CARD and self.dies:
            self.dies = False
            raise DiedError("after Slack had heard it")
        return self.posted[-1][1]

    def find(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
        return next((said for kind, said in self.posted if kind is delivery.message.kind), None)


OLD = MessageRef(CHANNEL, "0.5")


@pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.REPAINT])
@pytest.mark.parametrize("dies", [False, True])
def test_a_card_that_was_deleted_is_posted_anew_once_and_the_rest_is_said_a_second_later(
    scene: Scene, kind: Kind, *, dies: bool
) -> None:
    scene.requests.remember_card(1, OLD)
    line, slack = of(kind), Emptied(OLD.__eq__)
    slack.dies = dies
    say = mouth(scene, line, slack, gap=1.0)
    if dies:
        with pytest.raises(DiedError):
            say.say_next(CHANNEL)
    assert say.say_next(CHANNEL) == 1.0
    card = MessageRef(CHANNEL, "1.0")
    assert scene.requests.get(1).card == card
    assert slack.posted == [(Kind.CARD, card)]
    assert say.say_next(CHANNEL) == 1.0
    scene.now += timedelta(seconds=1)
    assert say.say_next(CHANNEL) == 0.0
    assert line.kept[0].state is DeliveryState.SENT
    assert [each for each, _ in slack.posted[1:]] == ([kind] if kind is Kind.REMINDER else [])


def test_where_not_even_the_new_card_is_there_it_is_given_up(scene: Scene) -> None:
    scene.requests.remember_card(1, OLD)
    line, slack = of(Kind.REMINDER), Emptied(lambda _: True)
    say = mouth(scene, line, slack, gap=1.0)
    assert say.say_next(CHANNEL) == 1.0
    scene.now += timedelta(seconds=1)
    assert say.say_next(CHANNEL) == 0.0
    assert line.kept[0].state is DeliveryState.FAILED
    assert [kind for kind, _ in slack.posted] == [Kind.CARD]


def test_what_a_fault_of_ours_keeps_from_being_said_keeps_the_line_waiting_for_a_while_only(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Slack):
        def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
            if delivery.message.kind is Kind.OUTCOME:
                raise ValueError("no such words")
            return super().say(delivery, subject)

    line, slack = of(Kind.OUTCOME, Kind.VOTED), Faulty()
    say = mouth(scene, line, slack)
    for _ in range(20):
        wait = say.say_next(CHANNEL)
        if wait is None:
            break
        scene.now += timedelta(seconds=wait)
    assert slack.said == [2]
    assert [each.state for each in line.kept[:2]] == [DeliveryState.UNCERTAIN, DeliveryState.SENT]
    assert line.kept[0].problem == "Something went wrong on my side: ValueError."
    assert line.kept[2].message.channel == MAYA.id  # who asked hears it nevertheless, if that can be said
    assert len([each for each in caplog.records if each.exc_info]) == 5


def test_a_fault_of_ours_in_what_is_posted_anew_does_not_hold_up_the_line_either(scene: Scene) -> None:
    class Faulty(Slack):
        def say(self, delivery: Delivery, subject: PublishRequest | NodeChange) -> MessageRef | None:
            if delivery.message.kind is Kind.CARD:
                raise ValueError("no such words")
            if delivery.message.kind is Kind.REMINDER:
                raise GoneError("It was deleted.")
            return super().say(delivery, subject)

    scene.requests.remember_card(1, OLD)
    line, slack = of(Kind.REMINDER, Kind.VOTED), Faulty()
    say = mouth(scene, line, slack)
    while (wait := say.say_next(CHANNEL)) is not None:
        scene.now += timedelta(seconds=wait)
    assert slack.said == [2]
    assert [each.state for each in line.kept] == [DeliveryState.UNCERTAIN, DeliveryState.SENT]


def test_a_request_that_can_not_be_read_does_not_hold_up_the_line_either(scene: Scene) -> None:
    class Unreadable(FakeRequests):
        def get(self, request: int) -> PublishRequest:
            raise ValueError("a state that a newer version knows")

    unreadable = Unreadable(scene.keeping, scene.policies, scene.pauses)
    line, slack = of(Kind.OUTCOME, Kind.CARD), Slack()
    say = replace(mouth(scene, line, slack), requests=unreadable)
    while (wait := say.say_next(CHANNEL)) is not None:
        scene.now += timedelta(seconds=wait)
    assert [each.state for each in line.kept] == [DeliveryState.UNCERTAIN] * 2


TROUBLE = st.sampled_from(
    [
        None,
        TellingError("later", again=True),
        TellingError("lost", again=True, uncertain=True),
        DiedError("after Slack had heard it"),
    ]
)


@given(st.lists(TROUBLE, max_size=30))
def test_whatever_happens_all_is_said_once_and_in_order(troubles: list[BaseException | None]) -> None:
    scene = Scene()
    asked(scene)
    line, slack = of(*[Kind.VOTED] * 6), Slack(fails=list(troubles))
    say = mouth(scene, line, slack)
    for _ in range(60):
        try:
            wait = say.say_next(CHANNEL)
            if wait is None:
                break
            scene.now += timedelta(seconds=wait)
        except DiedError:
            continue  # another process goes on
    assert slack.said == [1, 2, 3, 4, 5, 6]


def test_homes_are_painted_and_one_that_is_put_off_or_refused_is_told_to_nobody_else(scene: Scene) -> None:
    painted: list[str] = []
    troubles = [None, TellingError("later", again=True, after=3.0), TellingError("no")]

    def paint(user: str) -> None:
        painted.append(user)
        trouble = troubles.pop(0)
        if trouble is not None:
            raise trouble

    line = Line(*(Message(Kind.HOME, HOMES, text=person.id) for person in (MAYA, OMAR)))
    say = Mouth(
        line, scene.requests, scene.changes, Slack(), lambda: scene.now, paint=paint, teller=teller(scene), wake=nobody
    )
    assert [say.say_next(HOMES) for _ in range(2)] == [0.0, 3.0]
    scene.now += timedelta(seconds=3)
    assert [say.say_next(HOMES) for _ in range(2)] == [0.0, None]
    assert painted == [MAYA.id, OMAR.id, OMAR.id]
    assert [each.state for each in line.kept] == [DeliveryState.SENT, DeliveryState.FAILED]


def test_a_bot_whose_token_is_taken_back_keeps_everything_and_is_heard_again_by_a_home(scene: Scene) -> None:
    silenced = SilencedError("Slack says token_revoked.", again=True, after=60.0)
    troubles: list[TellingError] = [silenced, silenced]

    def paint(_: str) -> None:
        if troubles:
            raise troubles.pop()

    line = Line(Message(Kind.HOME, HOMES, text=MAYA.id))
    say = Mouth(
        line, scene.requests, scene.changes, Slack(), lambda: scene.now, paint=paint, teller=teller(scene), wake=nobody
    )
    for _ in range(2):
        assert say.say_next(HOMES) == 60.0
        scene.now += timedelta(seconds=60)
    assert not say.voice.is_there()
    assert line.kept[0].state is DeliveryState.WAITING
    assert say.say_next(HOMES) == 0.0
    assert say.voice.is_there()
