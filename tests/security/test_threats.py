"""The threat model says of each threat which test proves what is done about it; each of these is there."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

LINES = [
    [cell.strip() for cell in line.strip("| \n").split(" | ")]
    for line in Path("deploy/SECURITY.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| Threat")
]


def test_the_table_is_read() -> None:
    assert len(LINES) > 40
    assert len({threat for threat, *_ in LINES}) == len(LINES)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_every_line_names_a_threat_what_is_done_and_a_test_that_is_there(line: list[str]) -> None:
    threat, done, named = line
    assert threat
    assert done.endswith(".")
    found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", named)
    assert found is not None, named
    tree = ast.parse(Path(found[1]).read_text())
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert found[2] in tests


def test_every_dependency_is_pinned_and_make_check_looks_them_up() -> None:
    makefile = Path("Makefile").read_text()
    assert re.search(r"^check:.*\baudit\b", makefile, re.MULTILINE)
    assert "pip_audit -r constraints.txt" in makefile
    assert "make check" in Path(".ci/run").read_text()
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    pinned = {
        line.partition("==")[0].lower().replace("_", "-") for line in Path("constraints.txt").read_text().splitlines()
    }
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    needed = {re.split(r"[\[>=<; ]", each, maxsplit=1)[0].lower() for each in [*project["dependencies"], *extras]}
    assert needed - pinned - {"opsbot"} == set()
