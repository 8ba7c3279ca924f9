"""What is in deploy/ agrees with the program and with itself, and what can be checked by a tool is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kubernetes_validate
import pytest
import yaml

from opsbot.cli.program import _STOPPING_SECONDS
from opsbot.cli.reading import read_config
from opsbot.config import SlackConfig
from opsbot.grammar import manual
from opsbot.http import routes
from opsbot.slack.app import EVENTS_PATH
from opsbot.slack.sending.uploads import _REASONS
from opsbot.slack.transport.calls import _NOT_HERE, _SHUT_OUT
from tests.deploy.files import (
    COMPOSE,
    CONFIG,
    DEPLOY,
    KUBERNETES,
    ROOT,
    compose,
    documents,
    health_check,
    image,
    image_environment,
    resource,
    stages,
    unit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = (DEPLOY / "README.md").read_text()
ASSEMBLED = ("base", "overlays/http", "overlays/http-with-job")
BOT = resource("base/deployment.yaml")["spec"]["template"]["spec"]
JOB = resource("components/migrations-as-job/job.yaml")["spec"]["template"]["spec"]
SECRETS = {"slack_bot_token", "slack_app_token", "slack_signing_secret", "dss_api_key", "database_url"}


def test_the_dockerfile_is_one_that_hadolint_finds_nothing_in() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "Dockerfile"], cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def _resources() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        if path.name not in {"kustomization.yaml", "mode.yaml"}:  # a patch is no resource
            yield from ((str(path.relative_to(KUBERNETES)), each) for each in documents(path))


@pytest.mark.parametrize(("name", "resource"), list(_resources()))
def test_every_resource_is_one_that_kubernetes_takes(name: str, resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, "1.31", strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl puts kustomizations together, and isn't here")
@pytest.mark.parametrize("name", ASSEMBLED)
def test_every_kustomization_can_be_put_together(name: str) -> None:
    done = subprocess.run(["kubectl", "kustomize", KUBERNETES / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made = list(yaml.safe_load_all(done.stdout))
    for each in made:
        kubernetes_validate.validate(each, "1.31", strict=True)
    pods = [each["spec"]["template"]["spec"] for each in made if each["kind"] in {"Deployment", "Job"}]
    migrating = [
        step["args"][0]
        for pod in pods
        for step in (*pod.get("initContainers", ()), *pod["containers"][:1])
        if "args" in step
    ]
    assert migrating == ["migrate"]
    (config,) = (each["metadata"]["name"] for each in made if each["kind"] == "ConfigMap")
    named = {volume["configMap"]["name"] for pod in pods for volume in pod["volumes"] if "configMap" in volume}
    assert named == {config}


def test_every_kustomization_names_files_that_are_there() -> None:
    for path in KUBERNETES.rglob("kustomization.yaml"):
        said = yaml.safe_load(path.read_text())
        named = [*said.get("resources", ()), *said.get("components", ())]
        named += [patch["path"] for patch in said.get("patches", ()) if "path" in patch]
        named += [file for made in said.get("configMapGenerator", ()) for file in made["files"]]
        for each in named:
            assert (path.parent / each).exists(), f"{path}: {each}"


def test_the_image_is_made_of_files_that_are_let_in() -> None:
    let_in = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    copied = {word for each in stages()[0] if each.name == "COPY" for word in each.words[:-1]}
    assert copied == set(let_in)
    assert all((ROOT / each).exists() for each in copied)


def test_nobody_is_root_and_everybody_is_the_same() -> None:
    (user,) = image("USER")
    uid, gid = map(int, user.value.split(":"))
    assert uid > 0
    for pod in (BOT, JOB):
        security = pod["securityContext"]
        assert (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) == (uid, gid, gid)
        assert security["runAsNonRoot"] is True
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
    for service in compose()["services"].values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_door_is_at_the_port_that_the_image_opens() -> None:
    (exposed,) = image("EXPOSE")
    port = int(exposed.value)
    assert image_environment()["OPSBOT_HTTP__PORT"] == str(port)
    assert image_environment()["OPSBOT_HTTP__HOST"] == "*"
    assert f", {port}," in health_check()[-1]
    assert [each.rpartition(":")[2] for each in compose()["services"]["bot"]["ports"]] == [str(port)]
    (container,) = BOT["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    assert resource("base/service.yaml")["spec"]["ports"][0]["targetPort"] == "http"
    for policy in ("base/networkpolicy.yaml", "overlays/http/networkpolicy-ingress.yaml"):
        assert resource(policy)["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": port}]


def test_every_probe_asks_for_a_path_that_is_answered() -> None:
    (container,) = BOT["containers"]
    kinds = {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert {kind: container[kind]["httpGet"]["path"] for kind in kinds} == kinds
    assert kinds["livenessProbe"] in health_check()[-1]
    assert [_status(path) for path in kinds.values()] == ["200 OK"] * 3
    (rule,) = resource("overlays/http/ingress.yaml")["spec"]["rules"]
    assert [each["path"] for each in rule["http"]["paths"]] == [EVENTS_PATH]


def _status(path: str) -> str:
    statuses: list[str] = []
    routes({}, {})({"PATH_INFO": path}, lambda status, _: statuses.append(status))  # type: ignore[arg-type]
    return statuses[0]


def test_everybody_who_stops_the_bot_leaves_it_the_time_that_it_takes() -> None:
    seconds = dict(unit())["TimeoutStopSec"]
    assert int(seconds) > _STOPPING_SECONDS
    assert int(compose()["services"]["bot"]["stop_grace_period"].removesuffix("s")) > _STOPPING_SECONDS
    mode = resource("overlays/http/mode.yaml")["spec"]["template"]["spec"]["containers"][0]
    slept = int(re.findall(r"sleep\((\d+)\)", mode["lifecycle"]["preStop"]["exec"]["command"][-1])[0])
    assert BOT["terminationGracePeriodSeconds"] > _STOPPING_SECONDS + slept


def test_a_database_that_is_gone_for_a_minute_leaves_replicas_to_tell_people_so() -> None:
    probe = BOT["containers"][0]["readinessProbe"]
    assert probe["timeoutSeconds"] > 5
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 120


def test_the_configurations_are_the_same_and_good(tmp_path: Path) -> None:
    assert CONFIG.read_text() == (KUBERNETES / "base" / "opsbot.toml").read_text()
    contents = dict.fromkeys(SECRETS, "secret") | {
        "slack_bot_token": "xoxb-1",
        "slack_app_token": "xapp-1",
        "database_url": "postgresql+psycopg://opsbot:secret@database/opsbot",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    path = tmp_path / "opsbot.toml"
    path.write_text(CONFIG.read_text().replace("/run/secrets", str(tmp_path)))
    read = read_config(path)
    room = int(compose()["x-opsbot"]["tmpfs"][0].partition("size=")[2].partition("m")[0]) * 10**6
    assert 2 * read.slack.largest_upload <= room
    (scratch,) = (each for each in BOT["volumes"] if each["name"] == "scratch")
    assert 2 * read.slack.largest_upload <= int(scratch["emptyDir"]["sizeLimit"].removesuffix("Mi")) * 2**20


def test_every_secret_is_where_the_configuration_looks_for_it() -> None:
    assert set(re.findall(r'"/run/secrets/(\w+)"', CONFIG.read_text())) == SECRETS
    assert set(compose()["services"]["bot"]["secrets"]) == SECRETS
    assert set(compose()["secrets"]) == SECRETS | {"postgres_password"}
    example = yaml.safe_load((KUBERNETES / "secret.example.yaml").read_text())
    assert set(example["stringData"]) == SECRETS
    for pod in (BOT, JOB):
        (secret,) = (each["secret"]["secretName"] for each in pod["volumes"] if each["name"] == "secrets")
        assert secret == example["metadata"]["name"]


@pytest.mark.parametrize(("name", "needed"), [("opsbot.service", "socket"), ("http.conf", "http")])
def test_a_unit_hands_over_the_secrets_that_its_mode_needs(name: str, needed: str) -> None:
    laid_over = [*unit(), *unit(name)] if name != "opsbot.service" else unit()
    loaded: list[str] = []
    for key, value in laid_over:
        if key == "LoadCredential":
            loaded = [*loaded, value.partition(":")[0]] if value else []
    told = dict(value.split("=", 1) for key, value in laid_over if key == "Environment")
    assert told.get("OPSBOT_SLACK__MODE", "socket") == needed
    other = "signing_secret" if needed == "http" else "app_token"
    assert loaded == ["slack_bot_token", f"slack_{other}", "dss_api_key"]
    for secret in ("bot_token", other):
        assert told[f"OPSBOT_SLACK__{secret.upper()}_FILE"] == f"%d/slack_{secret}"
        assert f"{secret}_file" in SlackConfig.model_fields
    assert told["OPSBOT_NODES__DESIGN__API_KEY_FILE"] == "%d/dss_api_key"


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and "CI" not in os.environ,
    reason="systemd-analyze reads units, and isn't here",
)
def test_the_unit_is_one_that_systemd_takes_and_finds_little_fault_with(tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / "opsbot.service").read_text()
    path = tmp_path / "opsbot.service"
    path.write_text(text.replace("/opt/opsbot/venv/bin/opsbot", sys.executable))
    (tmp_path / "opsbot.service.d").mkdir()
    for over in ("http.conf", "postgresql.conf"):
        laid_over = (DEPLOY / "systemd" / over).read_text().replace("/opt/opsbot/venv/bin/opsbot", sys.executable)
        (tmp_path / "opsbot.service.d" / over).write_text(laid_over)
    verified = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout) == (0, "")
    assert "opsbot" not in verified.stderr
    harsh = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", str(path)]
    judged = subprocess.run(harsh, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout[-300:]


def test_the_guide_names_only_files_that_are_there() -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", GUIDE):
        assert (DEPLOY / link).exists(), link
    for path in re.findall(r"\bdeploy/[\w./-]+\w", GUIDE + COMPOSE.read_text()):
        assert (ROOT / path).exists() or path.startswith("deploy/compose/secrets"), path


def test_the_guide_has_a_line_for_every_code_of_slack_that_the_bot_knows() -> None:
    for known in (_SHUT_OUT, _NOT_HERE, _REASONS):
        for error in known:
            assert f"`{error}`" in GUIDE, error


def test_the_guide_quotes_what_the_program_says() -> None:
    program = "".join(path.read_text() for path in (ROOT / "opsbot").rglob("*.py"))
    symptoms = GUIDE.partition("\n## Symptoms\n")[2]
    first_cells = re.findall(r"^\| (.+?) \|", symptoms, re.MULTILINE)
    quoted = [words for cell in first_cells for words in re.findall(r"“([^”]{12,})”|`([A-Z][^`:.]{15,})", cell)]
    assert len(quoted) > 20
    for words in map("".join, quoted):
        parts = [part.strip(" ,.") for part in words.split("...")]
        assert all(part in program for part in parts), words


def test_every_verb_in_the_guide_is_one() -> None:
    verbs = {entry.verb for entry in manual()}
    assert set(re.findall(r"`/apid ([a-z-]+)", GUIDE)) <= verbs


@pytest.mark.parametrize("over", [(), ("http.conf",), ("postgresql.conf",)])
def test_what_a_unit_hands_over_wins_over_what_the_file_names(
    over: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [value for name in ("opsbot.service", *over) for key, value in unit(name) if key == "Environment"]
    url = "postgresql+psycopg://opsbot:secret@database/opsbot"
    secrets = {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1", "database_url": url}
    for setting in told:
        variable, value = setting.split("=", 1)
        monkeypatch.setenv(variable, value.replace("%d", str(tmp_path)))
        if value.startswith("%d/"):
            (tmp_path / value[3:]).write_text(f"{secrets.get(value[3:], 'secret')}\n")
    path = tmp_path / "opsbot.toml"
    path.write_text(CONFIG.read_text().replace('url_file = "/run/secrets/database_url"', 'url = "sqlite:///opsbot.db"'))
    read = read_config(path)
    given = read.slack.signing_secret if "http.conf" in over else read.slack.app_token
    assert given is not None
    assert given.get_secret_value() == ("secret" if "http.conf" in over else "xapp-1")
    assert read.database.url.get_secret_value() == (url if "postgresql.conf" in over else "sqlite:///opsbot.db")
