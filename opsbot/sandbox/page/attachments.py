"""Files on the page: pictures are shown, with their alt text; of snippets the beginning; everything has a download."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from opsbot.sandbox.page.elements import box, markup, words
from opsbot.sandbox.workspace.file_serving import served

if TYPE_CHECKING:
    from starlette.requests import Request

    from opsbot.sandbox.workspace.files import File
    from opsbot.sandbox.workspace.state import Workspace

_STEP = 1024
_PREVIEW_LINES = 8
_PREVIEW_BYTES = 2_000
_SHEET = (
    '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round">'
    '<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M14 3.5V8h4.5"/></svg>'
)


def draw_files(files: tuple[File, ...]) -> None:
    """Draw the files of a message below each other."""
    if not files:
        return
    with box("files"):
        for file in files:
            _picture(file) if file.is_picture else _sheet(file)


def routes(workspace: Workspace) -> list[Route]:
    """Return the routes by which a browser gets files: people are signed in with a cookie at Slack, here they just are."""

    async def give(request: Request) -> Response:
        file = workspace.files.find(request.path_params["file"])
        if file is None:
            return PlainTextResponse("This file isn't there.", status_code=404)
        return served(file, download="download" in request.query_params)

    async def follow(request: Request) -> Response:
        file, name = request.path_params["file"], request.path_params["name"]
        return RedirectResponse(f"/_page/files/{file}/{quote(name, safe='')}")

    return [Route("/_page/files/{file}/{name:path}", give), Route("/files/{user}/{file}/{name:path}", follow)]


def size_in_words(size: int) -> str:
    """Say how large a file is."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < _STEP:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"  # noqa: PLR2004 - a digit after the point tells more of small amounts
        amount /= _STEP
    return f"{amount:.1f} GB"


def _picture(file: File) -> None:
    with box("file picture-file", "figure", data_file=file.id, data_name=file.name):
        with box("file-line", "figcaption"):
            _name(file)
            _download(file)
        picture = f'<img src="{_url(file)}" alt="{escape(file.alt_text)}">'
        markup(f'<a href="{_url(file)}" target="_blank" rel="noopener">{picture}</a>', "file-picture")


def _sheet(file: File) -> None:
    with box("file sheet-file", data_file=file.id, data_name=file.name):
        with box("file-line"):
            markup(_SHEET, "file-icon", "span")
            _name(file)
            _download(file)
        if file.snippet_type:
            words(_beginning(file), "file-preview", "pre")


def _name(file: File) -> None:
    about = f"{file.name} · {file.pretty_type} · {size_in_words(file.length)}"
    shown = f'<b class="file-title">{escape(file.title)}</b><span class="file-about">{escape(about)}</span>'
    markup(shown, "file-name", "span")


def _download(file: File) -> None:
    label = escape(f"Download {file.name}")
    link = f'<a href="{_url(file)}?download" download="{escape(file.name)}" title="{label}" aria-label="{label}">Download</a>'
    markup(link, "file-download", "span")


def _url(file: File) -> str:
    return escape(f"/_page/files/{file.id}/{quote(file.name, safe='')}")


def _beginning(file: File) -> str:
    text = (file.content or b"")[:_PREVIEW_BYTES].decode(errors="replace")
    return "\n".join(islice(text.splitlines(), _PREVIEW_LINES))
