"""Other rules while the bot runs: what follows them, and what waits for a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.assembly.reloading import begin_with, follow, needing_restart, rules_to_follow, what_changed
from opsbot.assembly.rules import rules_of
from opsbot.config import Config
from opsbot.domain.audit import entry_of
from opsbot.domain.lifecycle import State
from opsbot.durable import Tempo
from opsbot.errors import StoreError
from opsbot.sandbox import demo
from opsbot.store import AuditStore, Database, Keeper, PolicyStore, RulebookStore, WatchStore
from tests.builders import NOON
from tests.stage import GRANTS, staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any


def config(**sections: Any) -> Config:
    node = {"url": "https://dss.example.com", "api_key": "k"}
    return Config.model_validate({"nodes": {"design": node}, **sections})


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({}, ()),
        ({"grants": list(GRANTS)}, ()),
        ({"slack": {"guests": "allow", "largest_upload": "1MB"}}, ()),
        ({"slack": {"bot_token": "xoxb-2", "command": "/other"}}, ("slack.command", "slack.bot_token")),
        ({"database": {"url": "sqlite:///other.db"}, "work": {"threads": 3}}, ("database", "work")),
        ({"log": {"level": "debug"}}, ("log",)),
        ({"nodes": {"eu": {"url": "https://eu.example.com", "api_key": "k"}}}, ("nodes",)),
    ],
)
def test_what_only_a_start_reads_is_named(sections: dict[str, Any], named: tuple[str, ...]) -> None:
    assert needing_restart(config(**sections), config()) == named


def test_the_nodes_stay_those_that_there_are_connections_to() -> None:
    other = config(nodes={"eu": {"url": "https://eu.example.com", "api_key": "k"}})
    assert rules_to_follow(other, config()).nodes == ("design",)


def test_who_reads_the_audit_sees_that_guests_were_let_in() -> None:
    before, after = (rules_of(config(slack={"guests": guests})) for guests in ("refuse", "allow"))
    assert what_changed(before, after, (), NOON).detail == {"changed": ["guests"], "not_before_restart": []}


def test_grants_count_at_once_and_open_requests_go_stale_with_their_policy(tmp_path: Path) -> None:
    with staged(tmp_path, tempo=Tempo(line=0.05, sweep=0.2, beat=0.2)) as stage:
        stage.command("packages FRAUD/scoring", user="nils")
        stage.wait_for("You may not do that", user="nils")
        stage.command("publish FRAUD/scoring v4")
        card = stage.wait_for("Request 1")
        nils = {"role": "viewer", "users": [demo.NILS.id]}
        policies = [{"name": "new", "services": ["*"], "expires_after": "2d"}]
        told = config(grants=[*GRANTS, nils], policies=policies)
        read_again = {"grants": told.grants, "policies": told.policies}
        stage.bot.reload(stage.bot._config.model_copy(update=read_again))
        stage.command("packages FRAUD/scoring", user="nils")
        stage.wait_for("<@U05NILS> asked for the packages", user="nils")
        stage.wait_until(lambda: stage.bot.world.requests.get(1).state is State.STALE)
        stage.wait_for_reply(card)
        records, _ = stage.bot.world.audit.page(service=None, request=None, page=1, size=20)
        [reload] = [entry for entry in map(entry_of, records) if entry.what == "reload"]
        assert (reload.who.name, reload.outcome) == ("opsbot", "done")
        in_force = [f"new {rules_of(told).policies[0].digest}"]
        assert reload.detail == {"changed": ["access", "policies"], "not_before_restart": [], "policies": in_force}


def test_a_grant_that_a_restart_changed_is_in_the_audit_once(database: Database) -> None:
    audit = AuditStore(database)
    rulebook = RulebookStore(Keeper(database, audit, lambda _: None))
    policies = [{"name": "plain", "services": ["*"]}]
    viewers = [{"role": "viewer", "users": [demo.NILS.id, demo.OMAR.id]}]
    admins = [{"role": "admin", "users": [demo.NILS.id]}]
    nobodys, seen, owned = (rules_of(config(policies=policies, grants=grants)) for grants in ([], viewers, admins))
    viewers[0]["users"] = [demo.OMAR.id, demo.NILS.id]
    for rules in (nobodys, seen, rules_of(config(policies=policies, grants=viewers)), seen):
        begin_with(rules, rulebook, NOON)
    follow(owned, seen, (), rulebook, NOON)
    begin_with(owned, rulebook, NOON)  # the record of the reload has it
    begin_with(rules_of(config(policies=policies, grants=admins, slack={"guests": "allow"})), rulebook, NOON)
    in_force = [f"plain {owned.policies[0].digest}"]
    assert [(each.what, each.detail) for each in map(entry_of, audit.records())] == [
        ("start", {"first": ["policies"], "policies": in_force}),
        ("start", {"changed": ["access"]}),
        ("reload", {"changed": ["access"], "not_before_restart": []}),
        ("start", {"changed": ["guests"]}),
    ]
    assert demo.NILS.id not in str([each.body for each in audit.records()])


def test_rules_get_in_force_with_their_record_or_not_at_all(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "opsbot.assembly.reloading")
    audit = AuditStore(database)
    keeper = Keeper(database, audit, lambda _: None)
    rulebook, policies = RulebookStore(keeper), PolicyStore(database)
    watching = {"channel": "C01MLOPS", "services": ["*"]}
    plain, strict = (
        rules_of(config(policies=[{"name": name, "services": ["*"]}], watches=[watching] if name == "strict" else []))
        for name in ("plain", "strict")
    )
    begin_with(plain, rulebook, NOON)
    begin_with(plain, rulebook, NOON)  # another replica: nothing is put in force that wasn't
    assert caplog.messages == ["these policies are the first in this database; they are in force from now on"]
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE audit_records RENAME TO gone"))
    puts: list[Callable[[], None]] = [
        lambda: begin_with(strict, rulebook, NOON),
        lambda: follow(strict, plain, (), rulebook, NOON),
    ]
    for put in puts:
        with pytest.raises(StoreError):
            put()
        assert policies.in_force() == plain.policies
        assert WatchStore(database, keeper).going_on() == ()
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO audit_records"))
    follow(strict, plain, (), rulebook, NOON)
    assert (policies.in_force(), len(WatchStore(database, keeper).going_on())) == (strict.policies, 1)
    follow(plain, plain, ("http",), rulebook, NOON)  # another replica has put others in force meanwhile
    begin_with(strict, rulebook, NOON)
    told = [(each.what, each.detail) for each in map(entry_of, audit.records())]
    both = ["policies", "watches"]
    of_plain, of_strict = ([f"{each.name} {each.digest}" for each in some.policies] for some in (plain, strict))
    assert told == [
        ("start", {"first": ["policies"], "policies": of_plain}),
        ("reload", {"changed": both, "not_before_restart": [], "policies": of_strict}),
        ("reload", {"changed": both, "not_before_restart": ["http"], "policies": of_plain}),
        ("start", {"changed": both, "policies": of_strict}),
    ]
