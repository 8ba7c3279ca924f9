"""Reading the configuration, with every fault listed at once."""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from opsbot.config.environment import from_environment, laid_over
from opsbot.config.faults import Fault, between_sections, from_validation, unknown_variables
from opsbot.config.schema import Config, DatabaseConfig, SlackConfig
from opsbot.config.secrets import malformed_secrets, missing_secrets, secrets_in_file, with_secrets
from opsbot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_Model = TypeVar("_Model", bound=BaseModel)

_TOKENS = frozenset(f"slack.{name}{end}" for name in SlackConfig.secrets for end in ("", "_file"))


def load(
    path: Path,
    verbs: Iterable[str],
    url_problem: Callable[[str], str] = lambda _: "",
    contradictions: Callable[[Config], Iterable[str]] = lambda _: (),
    *,
    tokens_needed: bool = True,
) -> Config:
    """Read the file and the environment; raises ConfigError, which lists every fault in its `faults`.

    `verbs` are those that a channel's `verbs` may name; `url_problem` says what keeps a database's url from being
    used, or nothing; `contradictions` says what is wrong with what can be read, taken as a whole. Where no `tokens_needed`,
    Slack's secrets may be missing, or in files that can't be read: they are left out then.
    """
    file = _read(path)
    data, faults = _gathered(file, Config.model_fields)
    faults += [
        *secrets_in_file(file),
        *missing_secrets(data),
        *malformed_secrets(data),
        *between_sections(data, verbs),
        *unknown_variables(os.environ, _named_nodes(data)),
        *_of_database(data, url_problem),
    ]
    faults = [fault for fault in faults if tokens_needed or fault.path not in _TOKENS]
    config = _validated(Config, data, path, faults)
    contradicting = tuple(contradictions(config))
    if contradicting:
        raise ConfigError(_count(path, len(contradicting)), contradicting)
    return config


def load_database(path: Path) -> DatabaseConfig:
    """Read where the database is, and nothing else: who migrates it may hold no other secret."""
    file = _only(_read(path), "database")
    data, faults = _gathered(file, ["database"])
    faults += [*secrets_in_file(file), *malformed_secrets(data)]
    return _validated(DatabaseConfig, data["database"], path, faults, "database")


def load_slack(path: Path) -> SlackConfig:
    """Read how Slack is called, with the bot's token, and nothing else: who reads there needs no other secret."""
    file = _only(_read(path), "slack")
    data, faults = _gathered(file, ["slack"])
    token = [fault for fault in missing_secrets(data) if fault.path == "slack.bot_token"]
    faults += [*secrets_in_file(file), *token, *malformed_secrets(data)]
    return _validated(SlackConfig, data["slack"], path, faults, "slack")


def load_app(path: Path) -> SlackConfig:
    """Read the slash command and the mode, and nothing else: before Slack knows the app, there is no token."""
    environment, faults = from_environment(["slack"])
    slack = laid_over(_only(_read(path), "slack"), environment)["slack"]
    asked = {name: slack[name] for name in ("command", "mode") if name in slack} if isinstance(slack, dict) else slack
    return _validated(SlackConfig, asked, path, faults, "slack")


def _only(file: dict[str, Any], section: str) -> dict[str, Any]:
    return {section: file.get(section, {})}


def _gathered(file: dict[str, Any], sections: Iterable[str]) -> tuple[dict[str, Any], list[Fault]]:
    """Lay the environment over the file, and read the files that hold secrets."""
    environment, faults = from_environment(sections)
    data, unreadable = with_secrets(laid_over(file, environment))
    return data, [*faults, *unreadable]


def _validated(kind: type[_Model], data: Any, path: Path, faults: list[Fault], *section: str) -> _Model:
    try:
        made = kind.model_validate(data)
    except ValidationError as error:
        faults = [*faults, *from_validation(error, section)]
    else:
        if not faults:
            return made
    raise ConfigError(_count(path, len(faults)), tuple(str(fault) for fault in faults))


def _of_database(data: dict[str, Any], url_problem: Callable[[str], str]) -> list[Fault]:
    database = data.get("database")
    url = database.get("url") if isinstance(database, dict) else None
    problem = url_problem(url) if isinstance(url, str) and url.strip() else ""
    return [Fault("database.url", problem)] if problem else []


def _named_nodes(data: dict[str, Any]) -> list[str]:
    nodes = data.get("nodes")
    return list(nodes) if isinstance(nodes, dict) else []


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no {path}. Start from config.example.toml, or name a file with --config."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} isn't TOML: {error}.") from error


def _count(path: Path, faults: int) -> str:
    return f"{path} has {faults} {'fault' if faults == 1 else 'faults'}."
