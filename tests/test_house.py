"""What is written about the house is true of it."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from dataikuapi.dss import apiservice
from pydantic import BaseModel

from opsbot.assembly.rules import rules_of
from opsbot.config import Config, load
from opsbot.domain.commands import Defaults
from opsbot.errors import MissingWordError
from opsbot.grammar import manual, parse
from opsbot.slack import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLE = (ROOT / "config.example.toml").read_text()


@pytest.fixture
def example(tmp_path: Path) -> Config:
    """The example, with files that are there."""
    for name, content in {
        "slack_bot_token": "xoxb-1",
        "slack_app_token": "xapp-1",
        "slack_signing_secret": "hush",
        "dss_api_key": "key",
        "ca-certificates.crt": "",
        "client.pem": "",
        "client.key": "",
    }.items():
        (tmp_path / name).write_text(content)
    path = tmp_path / "opsbot.toml"
    path.write_text(re.sub(r"/run/secrets|/etc/ssl/certs|/etc/opsbot", str(tmp_path), EXAMPLE))
    return load(path, [entry.verb for entry in manual()])


def test_the_example_configuration_is_good(example: Config) -> None:
    rules = rules_of(example)
    assert rules.nodes == ("design",)
    assert len(rules.access.grants) == 3


def test_the_example_configuration_shows_every_setting() -> None:
    shown = tomllib.loads(EXAMPLE)
    assert list(_missing(Config, shown)) == []


def _missing(section: type[BaseModel], shown: dict[str, Any], path: str = "") -> Iterator[str]:
    """Name the settings that are not shown; a secret is shown by its file."""
    for field, described in section.model_fields.items():
        name = described.alias or field
        if name not in shown and not {f"{name}_file", name.removesuffix("_file")} & (shown.keys() - {name}):
            yield f"{path}{name}"
        elif (inner := _section(described.annotation)) is not None:
            yield from _missing(inner, _merged(shown[name]), f"{path}{name}.")


def _section(annotation: Any) -> type[BaseModel] | None:
    kinds = (annotation, *getattr(annotation, "__args__", ()))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _merged(shown: Any) -> dict[str, Any]:
    """Lay the tables of one kind over each other: a setting is shown when one of them shows it."""
    if isinstance(shown, dict) and not all(isinstance(table, dict) for table in shown.values()):
        return shown
    tables = shown if isinstance(shown, list) else shown.values()
    return {name: value for table in tables for name, value in table.items()}


def test_the_short_configuration_of_the_readme_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"^   ```toml\n(.*?)^   ```$", README, re.MULTILINE | re.DOTALL)
    exported = re.search(r"^   export (OPSBOT_.*)$", README, re.MULTILINE)
    assert block is not None
    assert exported is not None
    for variable in exported[1].split():
        monkeypatch.setenv(*variable.split("=", 1))
    path = tmp_path / "opsbot.toml"
    path.write_text(dedent(block[1]))
    assert {grant.role for grant in load(path, []).grants} == {"publisher", "approver"}


def test_the_manifest_in_deploy_is_the_one_that_the_handlers_need() -> None:
    assert yaml.safe_load((ROOT / "deploy" / "slack-manifest.yaml").read_text()) == manifest("/apid")


def test_every_command_in_the_readme_is_one() -> None:
    lines = re.findall(r"^(?:    |> )?/apid +([^\n#`]*)", README, re.MULTILINE)
    lines += re.findall(r"`/apid ([^`]*)`", README)
    assert len(lines) > 5
    for line in lines:
        if line.strip().isupper() or "…" in line:
            continue
        with suppress(MissingWordError):  # for what is missing there is a form
            parse(line, Defaults(node="design", request=1))  # raises where it is none


def test_the_readme_tells_of_every_verb() -> None:
    for entry in manual():
        usage = entry.usage.replace("|", "\\|")  # in a table
        assert f"`{usage}`" in README, usage
        assert entry.says in README, entry.says


def test_the_readme_names_only_files_that_are_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


MEMBERS = re.findall(r"^\| `(DSS\w+\.\w+)` \| (.+) \|$", README, re.MULTILINE)
OFFICIAL = (apiservice.DSSAPIServiceListItem, apiservice.DSSAPIServiceSettings, apiservice.DSSAPIService)


def test_every_member_of_the_official_client_is_reached_from_slack() -> None:
    members = {f"{cls.__name__}.{name}" for cls in OFFICIAL for name in vars(cls) if not name.startswith("_")}
    members |= {f"DSSProject.{name}" for name in ("list_api_services", "get_api_service", "create_api_service")}
    assert {member for member, _ in MEMBERS} == members


@pytest.mark.parametrize(("member", "reached_by"), MEMBERS)
def test_what_is_said_to_reach_a_member_is_a_verb_with_that_option(member: str, reached_by: str) -> None:
    known = {entry.verb: [option.split()[0] for option, _ in entry.options] for entry in manual()}
    named = re.findall(r"`([^`]+)`", reached_by)
    assert named, member
    verbs = [words.split() for words in named if not words.startswith("-")]
    for verb, *options in verbs:
        assert verb in known, verb
        assert all(word in known[verb] for word in options if word.startswith("--")), options


def test_only_tests_of_the_transport_let_slack_be_anything_else_than_the_workspace() -> None:
    stand_ins = re.compile(
        r"^(?:import responses|from http\.server import|from tests\.slack\.far_end import)", re.MULTILINE
    )
    found = {path for path in (ROOT / "tests" / "slack").rglob("*.py") if stand_ins.search(path.read_text())}
    assert {path.parent.name for path in found} == {"transport"}


def test_every_test_that_is_said_to_cover_the_page_is_there() -> None:
    folders = (ROOT / "tests" / "sandbox" / "page", ROOT / "tests" / "e2e")
    text = "".join(path.read_text() for folder in folders for path in folder.glob("test_*.py"))
    there = {*re.findall(r"^def (test_\w+)", text, re.MULTILINE)}
    modules = {path.stem for folder in folders for path in folder.glob("test_*.py")}
    told = re.findall(r"`(?:test_\w+\.)?(test_\w+)`", (folders[0] / "__init__.py").read_text())
    assert len(told) > 20
    assert set(told) <= there | modules
