"""The example of README.md runs as it stands, but for the address, the key and where the file goes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from opsbot.sandbox.designer import DesignerServer

README = Path(__file__).parents[2] / "README.md"
SECTION = "## Use the client alone"


def example() -> str:
    _, found, rest = README.read_text(encoding="utf-8").partition(f"{SECTION}\n")
    assert found, f"README.md has no section “{SECTION}”"
    code = re.search(r"```python\n(.*?)```", rest.partition("\n## ")[0], re.DOTALL)
    assert code is not None
    return code[1]


def test_the_example_runs(
    node: DesignerServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = example().replace("https://dss.example.com", node.url).replace("your-api-key", "sandbox")

    exec(compile(script, "README.md", "exec"), {})

    said = capsys.readouterr().out
    assert "scoring ['fraud_xgb', None]" in said
    assert "('v5', " in said.splitlines()[-1]
    assert zipfile.is_zipfile(tmp_path / "scoring-v5.zip")
    published = node.node.deployer.get_service("scoring")["packages"]
    assert [version["id"] for version in published] == ["v1", "v2", "v3", "v5"]
