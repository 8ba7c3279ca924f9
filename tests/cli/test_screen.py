"""Lines as they come out: colours for a terminal, and plain text for everybody else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from opsbot.cli.screen import login, show
from opsbot.slack.blocks.plain import Kind, Piece

if TYPE_CHECKING:
    import pytest

LINE = (
    Piece(":no_entry:", Kind.EMOJI),
    Piece(" "),
    Piece("v3", Kind.CODE, strong=True),
    Piece(" of [bold]FRAUD[/] :smile: " + "long " * 60),
    Piece("end", Kind.QUOTED),
)
PLAIN = "⛔ v3 of [bold]FRAUD[/] :smile: " + "long " * 60 + "end\n"


def test_what_is_no_terminal_gets_plain_text_and_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show([LINE, ()])
    show([LINE], err=True)
    assert capsys.readouterr() == (f"{PLAIN}\n", PLAIN)


def test_a_terminal_gets_colours(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "xterm", "COLUMNS": "40"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    show([LINE])
    shown = capsys.readouterr().out
    assert "\x1b[1;36mv3\x1b[0m" in shown
    assert shown.count("long") == 60


def test_no_color_means_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "xterm", "COLUMNS": "40", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    show([LINE])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert shown.count("long") == 60


def test_a_real_terminal_is_known_as_one() -> None:
    script = "from opsbot.cli.screen import show; from tests.cli.test_screen import LINE; show([LINE])"
    near, far = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "TTY_COMPATIBLE"}}
    subprocess.run([sys.executable, "-c", script], stdout=far, env={**env, "TERM": "xterm"}, check=True, timeout=60)
    shown = os.read(near, 10_000).decode()
    os.close(near)
    os.close(far)
    assert "\x1b[1;36mv3\x1b[0m" in shown


def test_who_sits_there_is_not_what_a_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    before = login()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert login() == before != "somebody-else"
