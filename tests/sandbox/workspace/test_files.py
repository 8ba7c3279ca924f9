"""Files through Slack's own client: uploaded by URL, shared, read again, and refused with which code."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from opsbot.sandbox.workspace import FileLimits, WorkspaceServer
from tests.sandbox.workspace.support import SCOPES, Control, code_of, demo_workspace, manifest, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slack_sdk import WebClient

ML_OPS, RANDOM = "C01MLOPS", "C03RANDOM"
FILES = (*SCOPES, "files:read", "files:write")


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(manifest(scopes=FILES))) as running:
        yield running


def asked(client: WebClient, content: bytes = b"hello", name: str = "a.txt", **rest: Any) -> tuple[str, str]:
    reply = client.files_getUploadURLExternal(filename=name, length=len(content), **rest)
    return reply["upload_url"], reply["file_id"]


def sent(client: WebClient, content: bytes = b"hello", name: str = "a.txt", **rest: Any) -> str:
    url, file = asked(client, content, name, **rest)
    assert httpx.post(url, content=content).status_code == 200
    return file


def shared(control: Control, channel: str = "ml-ops") -> dict[str, Any]:
    """The newest message that shows files."""
    return next(each for each in reversed(control.messages(channel)) if each.get("files"))


def test_slacks_own_helper_uploads_into_a_thread(client: WebClient, control: Control, tmp_path: Path) -> None:
    parent = client.chat_postMessage(channel=ML_OPS, text="the archive")["ts"]
    path = tmp_path / "v4.zip"
    path.write_bytes(b"PK" * 2000)
    done = client.files_upload_v2(
        channel=ML_OPS, thread_ts=parent, file=str(path), title="v4 of scoring", initial_comment="here it is"
    )
    assert done["file"]["title"] == "v4 of scoring"
    message = shared(control)
    assert (message["thread_ts"], message["text"], message["user"]) == (parent, "here it is", "U0BOT")
    [file] = message["files"]
    assert (file["name"], file["size"], file["mimetype"]) == ("v4.zip", 4000, "application/zip")
    assert file["shares"] == {"public": {ML_OPS: [{"ts": message["ts"], "channel_name": "ml-ops"}]}}


def test_several_files_come_in_one_message(client: WebClient, control: Control) -> None:
    uploads: list[dict[str, Any]] = [
        {"content": "{}", "filename": "settings.json", "title": "Settings", "snippet_type": "json"},
        {"file": io.BytesIO(b"\x89PNG"), "filename": "line.png", "alt_txt": "A line that rises"},
    ]
    client.files_upload_v2(channel=ML_OPS, file_uploads=uploads)
    snippet, picture = shared(control)["files"]
    assert (snippet["mode"], snippet["filetype"], snippet["pretty_type"]) == ("snippet", "json", "JSON")
    assert (picture["mode"], picture["mimetype"], picture["alt_txt"]) == ("hosted", "image/png", "A line that rises")


def test_the_bytes_come_back_to_the_token_and_to_nobody_else(client: WebClient, server: WorkspaceServer) -> None:
    content = bytes(range(256)) * 50
    file = sent(client, content, "Ünïcode & more.bin")
    client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    info = client.files_info(file=file)["file"]
    for url in (info["url_private"], info["url_private_download"]):
        signed = httpx.get(url, headers={"Authorization": f"Bearer {client.token}"})
        assert signed.content == content
        for headers in ({}, {"Authorization": "Bearer xoxb-other"}):
            assert httpx.get(url, headers=headers).status_code == 307
    assert info["permalink"].startswith(f"{server.url}/files/U0BOT/{file}/")


def test_a_form_is_taken_as_raw_bytes_are(client: WebClient, control: Control) -> None:
    url, file = asked(client, b"hello")
    assert httpx.post(url, files={"filename": ("a.txt", b"hello")}).text == "OK - 5"
    client.files_completeUploadExternal(files=[{"id": file, "title": "Greeting"}], channel_id=ML_OPS)
    assert shared(control)["files"][0]["title"] == "Greeting"


def test_a_file_without_a_channel_stays_the_apps_own(client: WebClient, control: Control) -> None:
    file = sent(client)
    client.files_completeUploadExternal(files=[{"id": file}])
    assert all("files" not in each for each in control.messages())
    assert client.files_info(file=file)["file"]["channels"] == []


def test_a_person_is_reached_by_channels_but_not_by_channel_id(client: WebClient, control: Control) -> None:
    with pytest.raises(SlackApiError) as error:
        client.files_completeUploadExternal(files=[{"id": sent(client)}], channel_id="U01MAYA")
    assert code_of(error) == "channel_not_found"
    client.files_completeUploadExternal(files=[{"id": sent(client)}], channels=["U01MAYA"])
    direct = client.conversations_open(users="U01MAYA")["channel"]["id"]
    assert shared(control, direct)["files"][0]["ims"] == [direct]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"filename": "a", "length": 0}, "missing_argument"),
        ({"filename": "", "length": 1}, "invalid_arguments"),
        ({"filename": "a", "length": "many"}, "invalid_arguments"),
        ({"filename": "a", "length": (1 << 30) + 1}, "file_upload_size_restricted"),
        ({"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"filename": "a", "length": 1, "snippet_type": "klingon"}, "unknown_snippet_type"),
        ({"filename": "a", "length": (1 << 20) + 1, "snippet_type": "json"}, "snippet_too_large"),
    ],
)
def test_an_address_is_refused(client: WebClient, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(SlackApiError) as error:
        client.files_getUploadURLExternal(**arguments)
    assert code_of(error) == code


def test_what_is_just_within_the_limits_is_taken(client: WebClient) -> None:
    client.files_getUploadURLExternal(filename="a", length=1 << 30, alt_txt="x" * 1000)
    client.files_getUploadURLExternal(filename="a", length=1 << 20, snippet_type="json")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (FileLimits(uploads=False), "file_uploads_disabled"),
        (FileLimits(largest=4), "file_upload_size_restricted"),
        (FileLimits(storage=4), "storage_limit_reached"),
    ],
)
def test_administrators_may_allow_less(limits: FileLimits, code: str) -> None:
    workspace = demo_workspace(manifest(scopes=FILES), file_limits=limits)
    with WorkspaceServer(workspace) as server, pytest.raises(SlackApiError) as error:
        web_client(server).files_upload_v2(channel=ML_OPS, content="hello", filename="a.txt")
    assert code_of(error) == code


def test_a_kind_of_file_may_be_forbidden() -> None:
    workspace = demo_workspace(manifest(scopes=FILES), file_limits=FileLimits(types=frozenset({"png"})))
    with WorkspaceServer(workspace) as server, pytest.raises(SlackApiError) as error:
        web_client(server).files_upload_v2(channel=ML_OPS, content="PK", filename="a.zip")
    assert code_of(error) == "file_type_not_allowed"


def test_uploading_needs_its_scope() -> None:
    with WorkspaceServer(demo_workspace(manifest(scopes=SCOPES))) as server, pytest.raises(SlackApiError) as error:
        web_client(server).files_upload_v2(channel=ML_OPS, content="hello", filename="a.txt")
    assert error.value.response["needed"] == "files:write"


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"channel_id": RANDOM}, "not_in_channel"),
        ({"channel_id": "C99NONE"}, "channel_not_found"),
        ({"channel_id": "ml-ops"}, "channel_not_found"),
        ({"channels": ["C99NONE"]}, "invalid_channel"),
        ({"channels": [ML_OPS] * 101}, "channels_limit_exceeded"),
        ({"channel_id": ML_OPS, "thread_ts": "1.0"}, "cannot_reply_to_message"),
    ],
)
def test_sharing_is_refused_and_may_be_tried_elsewhere(
    client: WebClient, control: Control, where: dict[str, Any], code: str
) -> None:
    file = sent(client)
    with pytest.raises(SlackApiError) as error:
        client.files_completeUploadExternal(files=[{"id": file}], **where)
    assert code_of(error) == code
    client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    assert shared(control)["files"][0]["id"] == file


@pytest.mark.parametrize("files", ["", "[]", "{}", json.dumps([{"title": "no id"}]), "nonsense"])
def test_files_that_are_not_named_are_refused(client: WebClient, files: str) -> None:
    with pytest.raises(SlackApiError) as error:
        client.api_call("files.completeUploadExternal", params={"files": files})
    assert code_of(error) == "invalid_arguments"


def test_what_did_not_arrive_can_not_be_finished(client: WebClient) -> None:
    url, file = asked(client, b"hello")
    with pytest.raises(SlackApiError) as error:
        client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    assert code_of(error) == "file_not_found"
    assert httpx.post(url, content=b"hell").status_code == 400
    assert httpx.post(url, content=b"hello!").status_code == 400
    assert httpx.post(url, content=b"hello").status_code == 200
    assert httpx.post(url, content=b"hello").status_code == 404


def test_an_upload_is_finished_once(client: WebClient) -> None:
    file = sent(client)
    client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    with pytest.raises(SlackApiError) as error:
        client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    assert code_of(error) == "file_not_found"


def test_a_file_that_is_not_there_is_not_found(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        client.files_info(file="F0")
    assert code_of(error) == "file_not_found"


def test_a_comment_or_blocks_come_with_the_files(client: WebClient, control: Control) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}
    share: Any = {"channel_id": ML_OPS, "blocks": json.dumps([block])}
    client.files_completeUploadExternal(files=[{"id": sent(client)}], **share)
    assert shared(control)["blocks"][0]["text"]["text"] == "in a block"
    client.files_completeUploadExternal(files=[{"id": sent(client)}], initial_comment="in words", **share)
    assert "blocks" not in shared(control)


def test_history_shows_files_and_a_reset_forgets_them(client: WebClient, control: Control) -> None:
    file = sent(client)
    client.files_completeUploadExternal(files=[{"id": file}], channel_id=ML_OPS)
    said = client.conversations_history(channel=ML_OPS)["messages"][0]
    assert (said["subtype"], said["files"][0]["id"]) == ("file_share", file)
    control.post("/reset")
    with pytest.raises(SlackApiError) as error:
        client.files_info(file=file)
    assert code_of(error) == "file_not_found"
