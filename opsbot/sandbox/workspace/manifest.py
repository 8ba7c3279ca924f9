"""The app's manifest, as far as a workspace goes by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command that the app brings. Without `should_escape` mentions reach the app as they were typed."""

    name: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut that the app brings: in the menu of every message, or (`global`) of the workspace."""

    callback_id: str
    name: str
    kind: Literal["global", "message"]
    description: str = ""


@dataclass(frozen=True, slots=True)
class AppManifest:
    """What the app is called, what it listens to and what it may do."""

    name: str = "app"
    bot_name: str = "app"
    commands: Mapping[str, SlashCommand] = field(default_factory=dict)
    shortcuts: Mapping[str, Shortcut] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    socket_mode: bool = True
    interactive: bool = True
    home_tab: bool = False
    events_url: str | None = None
    interactivity_url: str | None = None
    options_url: str | None = None

    @classmethod
    def read(cls, manifest: Mapping[str, Any]) -> Self:
        """Read a manifest in Slack's format, from YAML or JSON; what a workspace doesn't go by is passed over."""
        display = manifest.get("display_information", {})
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        subscriptions = settings.get("event_subscriptions", {})
        interactivity = settings.get("interactivity", {})
        name = display.get("name", "app")
        commands = [_read_command(command) for command in features.get("slash_commands", [])]
        return cls(
            name=name,
            bot_name=features.get("bot_user", {}).get("display_name", name),
            commands={command.name: command for command in commands},
            shortcuts={made.callback_id: made for made in map(_read_shortcut, features.get("shortcuts", []))},
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=frozenset(subscriptions.get("bot_events", [])),
            socket_mode=bool(settings.get("socket_mode_enabled", False)),
            interactive=bool(interactivity.get("is_enabled", False)),
            home_tab=bool(features.get("app_home", {}).get("home_tab_enabled", False)),
            events_url=subscriptions.get("request_url"),
            interactivity_url=interactivity.get("request_url"),
            options_url=interactivity.get("message_menu_options_url"),
        )


def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return what is in a manifest's file, YAML or JSON; raises OSError or ValueError."""
    try:
        manifest = yaml.safe_load(path.read_text(encoding="utf-8"))  # JSON is YAML
    except yaml.YAMLError as error:
        raise ValueError(f"{path} is not readable as YAML or JSON: {error}") from error
    if not isinstance(manifest, dict):
        raise ValueError(f"{path} holds no manifest.")  # noqa: TRY004 - a file's content isn't an argument's type
    return manifest


def _read_shortcut(shortcut: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        callback_id=shortcut["callback_id"],
        name=shortcut["name"],
        kind=shortcut["type"],
        description=shortcut.get("description", ""),
    )


def _read_command(command: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        name=command["command"],
        description=command.get("description", ""),
        usage_hint=command.get("usage_hint", ""),
        should_escape=bool(command.get("should_escape", False)),
        url=command.get("url"),
    )
