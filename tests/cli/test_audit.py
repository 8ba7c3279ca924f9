"""The audit's commands as auditors use them: on a database, on Slack, and on a file alone."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from opsbot.actions.recording import changed, effects, identity
from opsbot.domain.audit import Entry, Head
from opsbot.domain.lifecycle import State
from opsbot.domain.models import Decision, Vote
from opsbot.domain.policies import Policy
from opsbot.domain.references import ServiceRef
from opsbot.sandbox import demo
from opsbot.sandbox.workspace import WorkspaceServer
from opsbot.slack import KeptWebClient, manifest
from opsbot.slack.sending.marks import MARK
from opsbot.store import AuditStore, Database, Keeper, RequestStore, RulebookStore
from tests.builders import CHANNEL, MAYA, NOON, OMAR, asker, wish
from tests.cli.running import run
from tests.databases import put_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from opsbot.actions.stores import Changed, Surroundings
    from opsbot.domain.models import PublishRequest

POLICY = Policy("one more", services=("design:FRAUD/*",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration that holds the database's settings only."""
    (tmp_path / "opsbot.toml").write_text(f'[database]\nurl = "sqlite:///{tmp_path / "opsbot.db"}"\n')
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with closing(Database(put_database(folder / "opsbot.db"))) as made:
        keeper = Keeper(made, AuditStore(made), lambda _: None)
        RulebookStore(keeper).put_in_force((POLICY,), (), NOON, lambda _: None)
        yield made


def published(database: Database, version: str = "v3") -> PublishRequest:
    """Have a request asked, approved and published."""
    requests = RequestStore(database, Keeper(database, AuditStore(database), lambda _: None))
    wanted = wish(version, policy=POLICY, reason="fixes nulls")
    opened, _ = requests.open(wanted, lambda made: effects(made, asker(MAYA), "publish", NOON, **identity(made.wish)))
    then = NOON + timedelta(minutes=5)

    def approve(request: PublishRequest, _: Surroundings) -> Changed:
        vote = Vote(OMAR, then, CHANNEL, ("approver",), "fine")
        voted = replace(request, state=State.APPROVED, votes=(vote,), decision=Decision(OMAR, then, "fine"))
        return changed(voted, asker(OMAR), "approve", then, roles=["approver"], comment="fine")

    def claim(request: PublishRequest, _: Surroundings) -> Changed:
        return changed(replace(request, state=State.PUBLISHING, claimed_by="r1"), None, "publishing", then, run="r1")

    def end(request: PublishRequest, _: Surroundings) -> Changed:
        over = replace(request, state=State.PUBLISHED, outcome="It is there.", ended_at=then)
        return changed(over, None, "published", then, why=over.outcome)

    for step in (approve, claim):
        requests.change(opened.id, step)
    done = requests.change(opened.id, end)
    assert not isinstance(done, str)
    return done


def tamper(database: Database, statement: str) -> None:
    """Change the audit as whoever owns the database can."""
    with database.transaction() as connection:
        for act in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{act}"))
        connection.execute(text(statement))


def test_a_good_chain_ends_with_0_and_says_what_is_proven(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = published(database), published(database, "v4")
    head = str(first.head)
    code, out, err = run(capsys, "audit", "verify", "--config", str(folder / "opsbot.toml"), "--head", head)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"8 records were read; the last is {second.head}.",
        "Proven to 4 by the head given.",
        "4 records after it are unproven: no head from outside covers them.",
        "Up to 8 they agree with the end that the store remembers, which is in the same database.",
        "No fault was found.",
    ]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE audit_records SET body = replace(body, 'fine', 'no!') WHERE seq = 2",
            "Record 2 isn't what its link says",
        ),
        ("DELETE FROM audit_records WHERE seq IN (2, 3)", "Records 2 to 3 are missing."),
        ("DELETE FROM audit_records WHERE seq = 4", "its end was cut off"),
        (
            "UPDATE audit_records SET service = 'design:FRAUD/other' WHERE seq = 2",
            "Record 2 is filed under something else",
        ),
        ("UPDATE audit_records SET request = NULL WHERE seq = 3", "Record 3 is filed under something else"),
        ("UPDATE audit_records SET request = 7 WHERE seq = 3", "Record 3 is filed under something else"),
        ("UPDATE audit_records SET what = 'approve' WHERE seq = 1", "Record 1 is filed under something else"),
        ("UPDATE publish_requests SET head_seq = 3", "History was rewritten: request 1 has another link for record 3"),
    ],
)
def test_a_fault_ends_with_1_and_is_said(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str], statement: str, fault: str
) -> None:
    published(database)
    tamper(database, statement)
    code, out, _ = run(capsys, "audit", "verify", "--config", str(folder / "opsbot.toml"))
    assert code == 1
    assert fault in out
    assert out.endswith("Faults were found.\n")


@pytest.mark.parametrize(
    ("service", "version", "is_seen"),
    [("fraud", "[secret]", True), ("fraud", "xoxb-12345678", True), ("xoxb-12345678", "v1", False)],
)
def test_a_record_with_a_secret_taken_out_is_no_hiding_place(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str], service: str, version: str, *, is_seen: bool
) -> None:
    ref = ServiceRef("design", "FRAUD", service)
    AuditStore(database).append(Entry(NOON, MAYA, "show", "done", service=ref, version=version))
    config = ("--config", str(folder / "opsbot.toml"))
    assert run(capsys, "audit", "verify", *config)[0] == 0
    tamper(database, "UPDATE audit_records SET service = 'design:FRAUD/other'")
    assert run(capsys, "audit", "verify", *config)[0] == int(is_seen)
    tamper(database, "UPDATE audit_records SET request = 7")
    assert run(capsys, "audit", "verify", *config)[0] == 1


def test_a_bundle_is_exported_and_verified_with_nothing_but_a_head(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    published(database)
    request, later = published(database, "v4"), published(database, "v5")
    file = folder / "evidence.json"
    config = ("--config", str(folder / "opsbot.toml"))
    code, out, err = run(
        capsys, "audit", "export", "--request", str(request.id), "--head", str(later.head), "-o", str(file), *config
    )
    assert (code, out) == (0, "")
    assert "8 records were read" in err
    (folder / "opsbot.toml").unlink()
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["policy"]["name"] == "one more"
    assert "Publish request 2: v4 of design:FRAUD/scoring" in data["summary"]
    code, out, _ = run(capsys, "audit", "verify", str(file), "--head", str(later.head))
    assert code == 0
    assert "Proven to 12 by the head given.\nNo fault was found." in out
    file.write_text(file.read_text(encoding="utf-8").replace('"fine"', '"no!"'), encoding="utf-8")
    code, out, _ = run(capsys, "audit", "verify", str(file), "--head", str(later.head))
    assert code == 1
    assert "The request's votes isn't what the records say." in out


def test_a_bundle_goes_to_the_terminal_where_no_file_is_named(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    request = published(database)
    code, out, _ = run(capsys, "audit", "export", "--request", "1", "--config", str(folder / "opsbot.toml"))
    assert code == 0
    assert json.loads(out)["chain"]["head"] == str(request.head)


def test_votes_that_were_changed_beside_the_audit_are_found_when_they_are_exported(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    published(database)
    tamper(database, "UPDATE votes SET comment = 'no!'")
    code, out, err = run(capsys, "audit", "export", "--request", "1", "--config", str(folder / "opsbot.toml"))
    assert code == 1
    assert json.loads(out)["id"] == 1
    assert "The request's votes isn't what the records say." in err


def test_what_can_not_be_exported_is_said(folder: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    request = published(database)
    config = ("--config", str(folder / "opsbot.toml"))
    early = str(Head(2, "ab" * 32))
    assert run(capsys, "audit", "export", "--request", "9", *config)[0] == 1
    code, _, err = run(capsys, "audit", "export", "--request", str(request.id), "--head", early, *config)
    assert (code, err) == (1, "The head given is of record 2, but request 1 goes on until record 4.\n")
    tamper(database, "UPDATE publish_requests SET head_seq = NULL")
    code, _, err = run(capsys, "audit", "export", "--request", "1", *config)
    assert (code, err) == (1, "The audit has no record of request 1; it may be older than the audit.\n")


def test_a_head_that_is_none_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "audit", "verify", "--head", "12:beef")
    assert code == 2
    assert "“12:beef” isn't SEQ:HASH" in err


def test_any_other_file_is_no_bundle(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "x").write_bytes(b"\xff\x00 no JSON")
    code, out, _ = run(capsys, "audit", "verify", str(folder / "x"))
    assert (code, out) == (1, "This isn't a bundle that I can read: “opsbot audit export” writes those.\n")


def test_a_bundle_is_not_verified_with_slack(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "audit", "verify", str(folder / "opsbot.toml"), "--from-slack")[0] == 2


@pytest.fixture
def slack(folder: Path) -> Iterator[WorkspaceServer]:
    made = demo.workspace(manifest("/apid"))
    with WorkspaceServer(made) as server:
        token = folder / "token"
        token.write_text("xoxb-sandbox")
        path = folder / "opsbot.toml"
        slack = f'[slack]\napi_url = "{server.url}/api/"\nbot_token_file = "{token}"\n'
        path.write_text(path.read_text() + slack)
        yield server


def post(slack: WorkspaceServer, channel: str, head: Head | None) -> None:
    payload = {"delivery": 1, "kind": "outcome", "request": 1, "head": str(head)}
    mark = {"event_type": MARK, "event_payload": payload}
    with closing(KeptWebClient("xoxb-sandbox", f"{slack.url}/api/")) as client:
        client.chat_postMessage(channel=channel, text="published", metadata=mark)


def test_the_heads_in_slack_prove_the_chain(
    folder: Path, database: Database, slack: WorkspaceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    request = published(database)
    post(slack, CHANNEL, request.head)
    config = str(folder / "opsbot.toml")
    code, out, _ = run(capsys, "audit", "verify", "--from-slack", "--channel", "C0NOWHERE", "--config", config)
    assert code == 0
    assert "1 head was found in Slack." in out
    assert "Proven to 4 by message " in out


def test_a_history_that_was_rewritten_contradicts_slack(
    folder: Path, database: Database, slack: WorkspaceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    published(database)
    post(slack, CHANNEL, Head(3, "ab" * 32))
    code, out, _ = run(capsys, "audit", "verify", "--from-slack", "--config", str(folder / "opsbot.toml"))
    assert code == 1
    assert "History was rewritten: message " in out


def test_where_slack_shows_no_head_it_proves_nothing(
    folder: Path, database: Database, slack: WorkspaceServer, capsys: pytest.CaptureFixture[str]
) -> None:
    published(database)
    config = str(folder / "opsbot.toml")
    code, _, err = run(capsys, "audit", "verify", "--from-slack", "--channel", "C0NOWHERE", "--config", config)
    assert code == 1
    assert "No head was found in Slack." in err
    assert "C0NOWHERE: channel_not_found" in err


def test_reading_slack_needs_the_bots_token(
    folder: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "audit", "verify", "--from-slack", "--config", str(folder / "opsbot.toml"))
    assert code == 1
    assert "slack.bot_token: is missing" in err
    assert "app_token" not in err
