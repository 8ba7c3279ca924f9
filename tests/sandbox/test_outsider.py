"""Somebody else's app and tests, as the README shows them, in a pytest of their own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HOUSE = Path(__file__).parents[2]
README = HOUSE / "opsbot" / "sandbox" / "workspace" / "README.md"
_FILE = re.compile(r"^`(?P<name>[\w.]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def outside(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder from which opsbot is seen as an installed package, with its entry points."""
    declared = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    installed = pytester.mkdir("installed")
    about = installed / "opsbot-0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: opsbot\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in declared.items()]
    (about / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines]))
    monkeypatch.setenv("PYTHONPATH", f"{installed}:{HOUSE}")
    return pytester


def test_the_example_of_the_readme_works(outside: pytest.Pytester) -> None:
    files = {found["name"]: found["text"] for found in _FILE.finditer(README.read_text(encoding="utf-8"))}
    assert list(files) == ["todo.yaml", "todo.py", "test_todo.py"]
    for name, text in files.items():
        (outside.path / name).write_text(text, encoding="utf-8")
    outside.runpytest_subprocess("-q", "-W", "error").assert_outcomes(passed=3)


def test_who_does_not_use_the_fixture_imports_nothing_for_it(outside: pytest.Pytester) -> None:
    outside.makepyfile(
        """
        import sys

        def test_nothing_is_dragged_in(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("opsbot")
            heavy = {"slack_bolt", "slack_sdk", "starlette", "uvicorn", "httpx", "pydantic", "nicegui"}
            assert heavy.isdisjoint(sys.modules)
            assert [name for name in sys.modules if name.startswith("opsbot.sandbox.")] == ["opsbot.sandbox.pytest_plugin"]
        """
    )
    outside.runpytest_subprocess("-q", "-p", "no:xdist").assert_outcomes(passed=1)


def test_without_the_extra_it_is_said_what_to_install(outside: pytest.Pytester) -> None:
    outside.makeconftest("import sys; sys.modules['starlette'] = None")
    outside.makepyfile("def test_one(slack_workspace): ...\ndef test_other(): ...")
    result = outside.runpytest_subprocess("-q")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*install opsbot with its extra “sandbox”*"])
