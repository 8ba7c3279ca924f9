"""Files in a real browser: pictures with their alt text, everything else with a name, a size and a download."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from opsbot.sandbox.page import mount_page
from opsbot.sandbox.workspace import WorkspaceServer
from tests.sandbox.page.support import Tab
from tests.sandbox.workspace.support import SCOPES, demo_workspace, manifest, web_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ML_OPS = "C01MLOPS"
HOSTILE = '"><img src=x onerror="window.hit=1">'


@pytest.fixture
def server() -> Iterator[WorkspaceServer]:
    with WorkspaceServer(demo_workspace(manifest(scopes=(*SCOPES, "files:write"))), dress=mount_page) as running:
        yield running


def png(width: int = 40, height: int = 20) -> bytes:
    """The smallest of pictures, of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x6a\x4b\xd1" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_picture_is_shown_with_its_alt_text_in_channel_and_thread(tab: Tab, server: WorkspaceServer) -> None:
    client = web_client(server)
    tab.open()
    parent = client.chat_postMessage(channel=ML_OPS, text="history")["ts"]
    upload: Any = {"content": png(), "filename": "line.png", "title": "Timeline", "alt_txt": f"4 packages {HOSTILE}"}
    client.files_upload_v2(channel=ML_OPS, **upload)
    client.files_upload_v2(channel=ML_OPS, thread_ts=parent, **upload)
    tab.page.locator(".replies", has_text="1 reply").click()
    for place in (tab.page.locator(".main"), tab.thread):
        picture = place.get_by_role("img", name="4 packages")
        expect(picture).to_be_visible()
        expect(picture).to_have_attribute("alt", f"4 packages {HOSTILE}")
        expect(picture).to_have_js_property("naturalWidth", 40)
        expect(place.locator(".file-name")).to_contain_text("line.png · PNG")
    assert tab.page.evaluate("window.hit") is None
    assert tab.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_has_a_name_a_size_and_a_download(
    browser: Browser, server: WorkspaceServer, tmp_path: Path, scheme: str
) -> None:
    client = web_client(server)
    content = b"PK" * 700_000
    client.files_upload_v2(channel=ML_OPS, content=content, filename="v4 & v5.zip", title=HOSTILE)
    settings = "\n".join(f'"line": {number}' for number in range(30))
    client.files_upload_v2(channel=ML_OPS, content=settings, filename="settings.json", snippet_type="json")
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    tab = Tab(page, server.url).open()
    archive = page.locator(".file", has_text="v4 & v5.zip")
    expect(archive).to_contain_text("v4 & v5.zip · ZIP · 1.3 MB")
    expect(archive.locator("img")).to_have_count(0)
    with page.expect_download() as caught:
        archive.get_by_role("link", name="Download v4 & v5.zip").click()
    assert Path(caught.value.path()).read_bytes() == content
    expect(page.locator(".file-preview")).to_contain_text('"line": 7')
    expect(page.locator(".file-preview")).not_to_contain_text('"line": 8')
    ink, paper = (
        archive.locator(".file-title").evaluate(f"it => getComputedStyle(it).{what}")
        for what in ("color", "backgroundColor")
    )
    assert ink != paper
    assert tab.faults == []
    context.close()


def test_what_calls_itself_a_page_is_never_shown_as_one(page: Page, server: WorkspaceServer) -> None:
    client = web_client(server)
    done = client.files_upload_v2(channel=ML_OPS, content="<script>window.hit=1</script>", filename="evil.html")
    with page.expect_download() as caught:
        page.evaluate("url => { location.href = url }", f"{server.url}/_page/files/{done['file']['id']}/evil.html")
    assert caught.value.suggested_filename == "evil.html"
