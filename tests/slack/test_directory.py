"""User groups as Slack tells them: cached for a minute, and closed when Slack won't tell."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from opsbot.errors import ConfigError
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.sandbox.workspace.people import Person
from opsbot.slack import KeptWebClient, Memory, SlackDirectory, manifest, who_am_i
from opsbot.slack.identity import try_people
from tests.builders import ADA, MAYA, OMAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slack_sdk.web import SlackResponse

NAMED = frozenset({"@ml-approvers"})


@dataclass
class Watch:
    """A clock that a test moves."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def serving(*, without: str = "") -> WorkspaceServer:
    app = manifest("/apid")
    app["oauth_config"]["scopes"]["bot"] = [each for each in app["oauth_config"]["scopes"]["bot"] if each != without]
    return WorkspaceServer(demo.workspace(app))


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with serving() as made:
        yield made


@pytest.fixture
def client(server: WorkspaceServer) -> Iterator[KeptWebClient]:
    with closing(client_of(server.url)) as made:
        yield made


def client_of(url: str) -> KeptWebClient:
    return KeptWebClient("xoxb-sandbox", f"{url}/api/")


def calls(server: WorkspaceServer, method: str) -> int:
    return sum(1 for entry in server.workspace.log if entry["name"] == method)


def test_a_member_is_known_by_the_groups_id_and_handle(server: WorkspaceServer, client: KeptWebClient) -> None:
    directory = SlackDirectory(client, NAMED)
    assert directory.membership(OMAR).groups == {"S01APPROVERS", "ml-approvers", "@ml-approvers"}
    assert directory.membership(MAYA).groups == frozenset()


def test_slack_is_asked_once_a_minute_for_everybody(server: WorkspaceServer, client: KeptWebClient) -> None:
    watch = Watch()
    directory = SlackDirectory(client, NAMED, Memory(watch))
    for person in (OMAR, MAYA, OMAR):
        directory.membership(person)
    assert calls(server, "usergroups.list") == 1
    watch.now += 61
    directory.membership(OMAR)
    assert calls(server, "usergroups.list") == 2


def test_a_fresh_reading_is_made_within_the_minute_and_tells_of_everybody(
    server: WorkspaceServer, client: KeptWebClient
) -> None:
    watch = Watch()
    directory = SlackDirectory(client, NAMED, Memory(watch))
    assert directory.membership(ADA).groups
    group = server.workspace.directory.groups[0]
    server.workspace.directory._groups[group.id] = replace(group, members=(MAYA.id,))
    watch.now += 1
    assert directory.membership(OMAR).groups
    assert directory.membership(OMAR, fresh=True).groups == frozenset()
    assert directory.membership(ADA).groups == frozenset()
    assert directory.membership(MAYA).groups
    assert calls(server, "usergroups.list") == 2


class HeldClient(KeptWebClient):
    """A client whose calls take as long as a test wants."""

    def __init__(self, url: str) -> None:
        super().__init__("xoxb-sandbox", f"{url}/api/")
        self.let_go = threading.Event()
        self.let_go.set()

    def usergroups_list(self, **asked: Any) -> SlackResponse:
        self.let_go.wait(30)
        return super().usergroups_list(**asked)


def test_to_choose_by_nobody_waits_until_slack_tells_again(server: WorkspaceServer) -> None:
    watch = Watch()
    with closing(HeldClient(server.url)) as client:
        directory = SlackDirectory(client, NAMED, Memory(watch))
        assert directory.known_membership(OMAR).groups  # it was never read: a moment is worth it
        client.let_go.clear()
        watch.now += 61
        assert all(directory.known_membership(OMAR).groups for _ in range(3))
        assert calls(server, "usergroups.list") == 1
        client.let_go.set()
        assert directory.membership(OMAR).groups  # whoever decides waits for what is being read
        assert calls(server, "usergroups.list") == 2


def test_what_was_read_long_ago_is_not_even_chosen_by(server: WorkspaceServer) -> None:
    watch = Watch()
    with closing(HeldClient(server.url)) as client:
        directory = SlackDirectory(client, NAMED, Memory(watch))
        assert directory.membership(OMAR).groups
        client.let_go.clear()
        watch.now += 601
        known = directory.known_membership(OMAR)
        assert not known.groups
        assert "aren't read yet" in known.problem
        client.let_go.set()
        assert directory.membership(OMAR).groups


def test_where_no_grant_names_a_group_slack_is_not_asked(server: WorkspaceServer, client: KeptWebClient) -> None:
    assert SlackDirectory(client, frozenset()).membership(OMAR).groups == frozenset()
    assert calls(server, "usergroups.list") == 0


def test_a_refused_scope_closes_the_groups_and_is_said() -> None:
    with serving(without="usergroups:read") as server, closing(client_of(server.url)) as refused:
        membership = SlackDirectory(refused, NAMED).membership(OMAR)
    assert membership.groups == frozenset()
    assert "missing_scope" in membership.problem


def test_silence_closes_the_groups() -> None:
    with closing(client_of("http://127.0.0.1:9")) as nowhere:
        directory = SlackDirectory(nowhere, NAMED)
        membership = directory.membership(OMAR)
    assert membership.groups == frozenset()
    assert membership.barred
    assert "can't be read" in directory.problem()


def test_a_name_is_asked_for_once_in_five_minutes(server: WorkspaceServer, client: KeptWebClient) -> None:
    watch = Watch()
    directory = SlackDirectory(client, NAMED, Memory(watch))
    assert directory.known_name("U02OMAR") is None
    assert [directory.name("U02OMAR") for _ in range(3)] == ["omar"] * 3
    assert directory.known_name("U02OMAR") == "omar"
    assert calls(server, "users.info") == 1
    watch.now += 301
    directory.name("U02OMAR")
    assert calls(server, "users.info") == 2


def test_a_name_that_slack_will_not_tell_is_the_id() -> None:
    with serving(without="users:read") as server, closing(client_of(server.url)) as refused:
        assert SlackDirectory(refused, NAMED).name("U02OMAR") == "U02OMAR"


def test_who_is_called_so_is_found_on_any_page() -> None:
    crowd = tuple(Person(f"U{number}", f"p{number}", f"P {number}", "one of many") for number in range(250))
    made = Workspace(manifest("/apid"), people=(*crowd, demo.OMAR), channels=demo.CHANNELS, user_groups=())
    with WorkspaceServer(made) as server, closing(client_of(server.url)) as client:
        directory = SlackDirectory(client, NAMED)
        assert directory.find("omar") == OMAR.id
        assert calls(server, "users.list") == 2
        assert directory.find("p3") == "U3"
        assert calls(server, "users.list") == 3
        assert directory.find("nobody") is None


def test_nobody_is_found_where_slack_does_not_say() -> None:
    with serving(without="users:read") as server, closing(client_of(server.url)) as client:
        assert SlackDirectory(client, NAMED).find("omar") is None


def test_an_app_that_may_not_ask_who_people_are_is_found_by_asking(client: KeptWebClient) -> None:
    try_people(client, who_am_i(client))
    with serving(without="users:read") as server, closing(client_of(server.url)) as blind:
        bot = who_am_i(blind)
        with pytest.raises(ConfigError, match=r"missing_scope.*users:read"):
            try_people(blind, bot)
