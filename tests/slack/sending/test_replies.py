"""Where Slack takes no more messages for a while, no answer is lost for that, none is said twice, and none to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from opsbot.domain.files import Attachment
from opsbot.domain.models import MessageRef
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.sandbox.workspace.trouble import Status, Step, Undisturbed
from opsbot.slack import manifest
from opsbot.slack.blocks.messages import Answer, Message, mrkdwn_section
from opsbot.slack.sending.replies import Replier
from opsbot.slack.transport.client import KeptWebClient
from tests.builders import MAYA, asker
from tests.fake_slack import FakeProgress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbot.sandbox.workspace.messages import Message as Said

ML_OPS, RANDOM = "C01MLOPS", "C03RANDOM"
FILE = Attachment("v1.zip", "v1", b"PK")


@dataclass
class Place:
    """A workspace, and who replies in it."""

    server: WorkspaceServer
    replier: Replier

    def url(self, channel: str = ML_OPS) -> str:
        workspace = self.server.workspace
        secret = workspace.tickets.give_response(channel, MAYA.id, None, None)
        return f"{workspace.url}/response/{workspace.team_id}/{secret}"

    def used_up(self) -> str:
        url = self.url()
        for _ in range(5):
            self.server.workspace.tickets.use_response(url.rpartition("/")[2])
        return url

    def crowd(self, after: int = 0, calls: int | None = None) -> None:
        """Let Slack take so many messages, and then none for so many calls, or ever."""
        well = [Step(Undisturbed(), calls=after)] if after else []
        self.server.workspace.troubles.order(["chat.postMessage"], [*well, Step(Status(429, 600), calls=calls)])

    def said(self, channel: str = ML_OPS) -> list[Said]:
        return list(self.server.workspace.messages.of(channel))

    def channel(self) -> str:
        return self.server.workspace.channels.direct(MAYA.id, demo.BOT).id

    def direct(self) -> list[Said]:
        return self.said(self.channel())


@pytest.fixture
def place() -> Iterator[Place]:
    workspace = demo.workspace(manifest("/apid"))
    with WorkspaceServer(workspace) as server:
        client = KeptWebClient("xoxb-sandbox", f"{server.url}/api/")
        yield Place(server, Replier(client, demo.BOT, FakeProgress()))
        client.close()


def details(count: int) -> tuple[Message, ...]:
    return tuple(Message(f"detail {number}") for number in range(count))


def long_detail(name: str) -> Message:
    return Message(name, tuple(mrkdwn_section(f"{name} {number}") for number in range(30)))


def test_what_goes_on_below_another_message_is_told_to_nobody_elsewhere(place: Place) -> None:
    place.crowd()
    answer = Answer("Done.", details(1), instead_of=MessageRef(RANDOM, "1.0"))
    place.replier.reply(answer, asker(), place.url())
    assert {each.addressee for each in place.said()} == {MAYA.id}


def test_of_many_details_none_is_lost_because_a_response_url_takes_five(place: Place) -> None:
    place.crowd(after=2)
    place.replier.reply(Answer("Done.", details(9)), asker(), place.url())
    parent, first, rest = place.said()
    assert {first.thread_ts, rest.thread_ts} == {parent.ts}
    assert [f"detail {number}" in rest.text for number in range(9)] == [False, *[True] * 8]


def test_what_has_no_room_in_one_message_goes_along_as_a_file(place: Place) -> None:
    place.crowd()
    place.replier.reply(Answer("Done.", (long_detail("one"), long_detail("two"))), asker(), place.url())
    assert "the whole text is in the file" in str(place.said()[0].blocks)
    [file] = place.server.workspace.files.all()
    assert "two 29" in (file.content or b"").decode()


def test_what_is_begun_and_has_no_room_in_one_message_goes_along_as_a_file(place: Place) -> None:
    place.crowd(after=1)
    place.replier.reply(Answer("Done.", (long_detail("one"), long_detail("two"))), asker(), place.url())
    [file] = place.server.workspace.files.all()
    assert "two 29" in (file.content or b"").decode()


def test_where_the_bot_is_not_an_answer_with_a_file_is_said_once(place: Place) -> None:
    place.crowd(calls=1)
    place.replier.reply(Answer("Here it is.", files=(FILE,)), asker(channel=RANDOM), place.url(RANDOM))
    assert [("Here it is." in each.text, each.addressee) for each in place.said(RANDOM)] == [
        (True, None),
        (False, MAYA.id),
    ]
    assert [file.name for each in place.direct() for file in each.files] == ["v1.zip"]


@pytest.mark.parametrize("private", [True, False])
def test_what_a_response_url_takes_no_more_is_told_in_another_way(place: Place, *, private: bool) -> None:
    place.crowd()
    place.replier.reply(Answer("Done.", details(1), private=private), asker(), place.used_up())
    [said] = place.said()
    assert (said.addressee, "detail 0" in said.text) == (MAYA.id, True)


def test_a_mention_has_its_answer_for_the_asker_alone_and_why(place: Place) -> None:
    place.crowd()
    place.replier.reply(Answer("Done.", details(1)), asker(), None)
    [said] = place.said()
    assert said.addressee == MAYA.id
    assert said.text.startswith("Slack takes no more messages for everybody just now; only you see this.\nDone.")


def test_directly_too_an_answer_waits_for_nobody_and_is_not_lost(place: Place) -> None:
    direct = asker(channel=place.channel())
    place.crowd()
    place.replier.answer_directly(Answer("Done.", private=True), direct, None)
    assert ["Done." in each.text for each in place.direct()] == [True]
