"""What the client may know: `requests` in one place, and of opsbot only the errors."""

from __future__ import annotations

import ast
from pathlib import Path

import opsbot.dataiku

HOME = Path(opsbot.dataiku.__file__).parent
OWN = ("opsbot.dataiku", "opsbot.errors")


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_requests_stops_at_the_transport() -> None:
    knowing = {
        module.relative_to(HOME).parts[0]
        for module in HOME.rglob("*.py")
        if any(name.split(".")[0] == "requests" for name in imported(module))
    }
    assert knowing == {"transport"}


def test_only_the_gateway_and_what_surrounds_it_knows_the_rest_of_opsbot() -> None:
    knowing = {
        module.name
        for module in HOME.rglob("*.py")
        if any(name.startswith("opsbot") and not name.startswith(OWN) for name in imported(module))
    }
    around = {"survey.py", "catalog.py"}  # what asks the gateway for many things
    parts = {"setups.py", "designing.py"}  # what the gateway is made of
    assert knowing <= {"gateway.py", *around, *parts}
