"""The process that is served: what is in it, what it reads again, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opsbot.sandbox import demo
from tests.security.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.security.served import Served

MAYA_PUBLISHES = f'[[grants]]\nrole = "publisher"\nusers = ["{demo.MAYA.id}"]\n'
AT_ONCE = '[[policies]]\nname = "at once"\nservices = ["*"]\nquorum = {}\n'
OMAR_READS = f'[[grants]]\nrole = "viewer"\nusers = ["{demo.OMAR.id}"]\n'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), MAYA_PUBLISHES + AT_ONCE) as made:
        yield made


@pytest.fixture
def bot(shared: Served) -> Served:
    """The one that all tests here share, going on whatever the last of them did to it."""
    if shared.process is None:
        shared.start()
    return shared


def test_neither_the_sandbox_nor_its_controls_are_in_the_process(bot: Served) -> None:
    bot.command("packages FRAUD/scoring")
    bot.wait_for("asked for the packages")
    modules = bot.modules()
    assert "opsbot.assembly.bot" in modules
    assert [each for each in modules if each.startswith(("opsbot.sandbox", "nicegui", "starlette", "uvicorn"))] == []
    assert "alembic" not in modules  # though the database was made as it began


def test_a_hangup_signal_has_grants_and_policies_read_again_if_they_are_good(bot: Served) -> None:
    bot.command("packages FRAUD/scoring", user="omar")
    bot.wait_for("You may not do that", user="omar")
    bot.configure(MAYA_PUBLISHES + OMAR_READS + AT_ONCE + 'expires_after = "2d"\n' + "[work]\nthreads = 3\n")
    bot.reload()
    bot.wait_for_log("changed: access, policies")
    bot.wait_for_log("other policies are in force from now on")
    bot.wait_for_log("changed, but not before a restart: work")
    bot.command("packages FRAUD/scoring", user="omar")
    bot.wait_for("asked for the packages", user="omar")
    bot.configure('[[grants]]\nrole = "nonsense"\nusers = ["U9"]\n')
    bot.reload()
    bot.wait_for_log("The configuration stays as it was")
    assert "nonsense" in bot.log()
    bot.command("services FRAUD", user="omar")
    bot.wait_for("asked for the services", user="omar")
    bot.configure(MAYA_PUBLISHES + OMAR_READS + AT_ONCE)
    bot.reload()
    bot.wait(lambda: bot.log().count("other policies are in force") == 2)
    assert "these policies are the first in this database" in bot.log()


def replies(bot: Served, text: str) -> list[dict[str, Any]]:
    said = [each for each in bot.messages() if each.get("thread_ts") not in {None, each["ts"]}]
    return [each for each in said if text in each["text"]]


def test_who_is_told_to_end_finishes_commands_and_publishes_and_sends_nothing_twice(bot: Served) -> None:
    site = bot.node.site
    site.faults.add("GET /projects/*/apiservices/*/packages", "delay", seconds=1.5, times=1)
    bot.command("packages FRAUD/rules")
    bot.wait(lambda: any(seen.path.endswith("/rules/packages") for seen in site.seen))
    site.faults.add("POST /projects/*/apiservices/*/packages/*/publish", "delay", seconds=1.5, times=1)
    bot.command("publish FRAUD/scoring v4 --as drained")
    bot.wait(lambda: any(seen.path.endswith("/publish") for seen in site.seen))
    assert bot.stop() < 25
    assert any("asked for the packages of `design:FRAUD/rules`" in each["text"] for each in bot.messages())
    assert sum(seen.path.endswith("/publish") for seen in site.seen) == 1
    published = httpx.get(
        f"{bot.node.url}/public/api/api-deployer/services/drained", auth=("sandbox", ""), timeout=10
    ).json()
    assert [each["id"] for each in published["packages"]] == ["v4"]
    bot.start()  # what wasn't said yet, whoever comes next says
    bot.wait(lambda: bool(replies(bot, "is published to `drained`")))  # the card says so, too
    bot.stop()
    assert sum(seen.path.endswith("/publish") for seen in site.seen) == 1
    assert len(replies(bot, "is published to `drained`")) == 1


def asked(bot: Served) -> int:
    """Count how often the node was asked for services."""
    return sum(seen.path.rstrip("/").endswith("/apiservices") for seen in bot.node.site.seen)


def test_a_node_that_says_nothing_keeps_the_process_from_no_end(bot: Served) -> None:
    site = bot.node.site
    bot.command("watch FRAUD")
    bot.wait_for("hears of")
    bot.stop()
    site.faults.add("GET /projects/*/apiservices", "delay", seconds=40)
    before = asked(bot)
    bot.start()  # whoever starts looks at once
    bot.wait(lambda: asked(bot) > before)
    bot.command("services FRAUD")
    bot.wait(lambda: asked(bot) > before + 1)
    assert bot.stop() < 20
    assert any("The node" in each["text"] or "connection" in each["text"] for each in bot.messages()[-2:])
    site.faults.clear()
