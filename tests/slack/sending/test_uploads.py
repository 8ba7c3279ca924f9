"""How files get to Slack: in little memory, and what is said where they don't."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from opsbot.domain.files import Attachment
from opsbot.sandbox import demo
from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.slack import manifest
from opsbot.slack.sending.uploads import Uploads, discard, size_of
from opsbot.slack.transport.calls import CALL_ERRORS
from opsbot.slack.transport.client import KeptWebClient

if TYPE_CHECKING:
    from collections.abc import Iterator

ML_OPS, RANDOM = "C01MLOPS", "C03RANDOM"
LARGE = 60_000_000


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    workspace = Workspace(manifest("/apid"), people=demo.PEOPLE, channels=demo.CHANNELS)
    with WorkspaceServer(workspace) as running:
        yield running


@pytest.fixture
def client(server: WorkspaceServer) -> Iterator[KeptWebClient]:
    made = KeptWebClient("xoxb-sandbox", f"{server.url}/api/")
    yield made
    made.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory of a program")
def test_a_large_archive_passes_through_in_little_memory(server: WorkspaceServer) -> None:
    with DesignerServer() as designer:
        designer.node.create_package("FRAUD", "scoring", "large", by="ada", model_size=LARGE)
        arguments = [designer.url, server.url, "large", ML_OPS]
        command = [sys.executable, "-m", "tests.slack.carrying", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    [file] = server.workspace.files.all()
    assert file.length > LARGE
    assert int(done.stdout) < LARGE / 4, done.stdout


def test_bytes_and_files_arrive_as_they_are(client: KeptWebClient, server: WorkspaceServer, tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    path = tmp_path / "here.bin"
    path.write_bytes(content)
    uploads = Uploads(client)
    uploads.upload(Attachment("a.bin", "A", content), ML_OPS)
    uploads.upload(Attachment("b.bin", "B", path, alt="x" * 3000), ML_OPS)
    one, other = server.workspace.files.all()
    assert one.content == other.content == content
    assert (one.title, other.title) == ("A", "B")
    assert other.alt_text.endswith("x… (cut off)")
    assert len(other.alt_text) <= 1000
    assert path.exists()


def test_text_that_is_too_long_for_a_snippet_goes_as_a_file(client: KeptWebClient, server: WorkspaceServer) -> None:
    Uploads(client).upload(Attachment("a.json", "A", b"x" * (1 << 20), snippet="json"), ML_OPS)
    Uploads(client).upload(Attachment("b.json", "B", b"x" * ((1 << 20) + 1), snippet="json"), ML_OPS)
    assert [file.snippet_type for file in server.workspace.files.all()] == ["json", ""]


def test_where_the_bot_is_not_the_caller_hears_of_it(client: KeptWebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        Uploads(client).offer(Attachment("a.txt", "A", b"hello"), RANDOM)
    assert error.value.response["error"] == "not_in_channel"


def test_bytes_that_do_not_arrive_are_an_error_and_the_text_is_said_instead(
    client: KeptWebClient, server: WorkspaceServer
) -> None:
    class Grudging(KeptWebClient):
        def post_file(self, url: str, content: object, size: int) -> int:
            return 500

    grudging = Grudging("xoxb-sandbox", client.base_url)
    with pytest.raises(CALL_ERRORS):
        Uploads(grudging).upload(Attachment("a.txt", "A", b"hello"), ML_OPS)
    assert not Uploads(grudging).offer(Attachment("a.txt", "A", b"hello <!channel>"), ML_OPS)
    why, instead = server.workspace.messages.of(ML_OPS)
    assert "I can't upload `a.txt`: Slack didn't take it." in why.text
    assert instead.blocks[0]["text"] == {"type": "plain_text", "text": "hello <!channel>", "emoji": False}
    grudging.close()


def test_a_text_of_any_length_ends_within_bounds(client: KeptWebClient, server: WorkspaceServer) -> None:
    class Forbidden(KeptWebClient):
        def post_file(self, url: str, content: object, size: int) -> int:
            return 403

    forbidden = Forbidden("xoxb-sandbox", client.base_url)
    Uploads(forbidden).offer(Attachment("a.txt", "A", b"line\n" * 40_000), ML_OPS)
    said = server.workspace.messages.of(ML_OPS)
    assert len(said) == 10
    assert said[-1].text.startswith("And 43 parts more")
    forbidden.close()


def test_a_temporary_file_is_gone_after_it_was_discarded_and_twice_is_as_once(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(b"PK")
    file = Attachment("v1.zip", "v1", path)
    assert size_of(file) == 2
    discard(file)
    discard(file)
    assert not path.exists()
    discard(Attachment("a.txt", "A", b"kept in memory"))
