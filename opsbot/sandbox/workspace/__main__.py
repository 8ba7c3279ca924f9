"""Serve a workspace for any Bolt app: `python -m opsbot.sandbox.workspace --manifest app.yaml --port 8080`."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsbot.sandbox import demo
from opsbot.sandbox.page import mount_page
from opsbot.sandbox.workspace import Workspace, WorkspaceServer
from opsbot.sandbox.workspace.manifest import read_manifest
from opsbot.sandbox.workspace.rate_limits import PACES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opsbot.sandbox.workspace.rate_limits import Pace


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        manifest = read_manifest(options.manifest)
        workspace = _workspace(manifest, options.request_url, options.rates)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    dress = partial(mount_page, title=workspace.app.manifest.name)
    try:
        server = WorkspaceServer(workspace, options.host, options.port, dress=dress)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        sys.stderr.write(f"I can't listen on {where}: {error.strerror}. --port N takes another, 0 a free one.\n")
        return 2
    with server:
        sys.stdout.write(_greeting(server))
        sys.stdout.flush()
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m opsbot.sandbox.workspace",
        description="A Slack workspace to try a Bolt app in: Web API, Socket Mode, and people to act as.",
    )
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest, YAML or JSON")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one (%(default)s)")
    parser.add_argument("--request-url", help="where the app listens, if not by Socket Mode nor as its manifest says")
    parser.add_argument(
        "--rates",
        choices=PACES,
        default="off",
        help="limit calls as Slack does (real), with a tenth of the waiting (fast), or not (%(default)s)",
    )
    return parser


def _workspace(manifest: Mapping[str, Any], request_url: str | None, pace: Pace) -> Workspace:
    return demo.workspace(
        manifest,
        request_url=request_url,
        pace=pace,
    )


def _greeting(server: WorkspaceServer) -> str:
    app = server.workspace.app
    return (
        f"The workspace is at {server.url} (open it in a browser)\n"
        f"  Web API         {server.url}/api/\n"
        f"  control API     {server.url}/_control/\n"
        f"  bot token       {app.bot_token}\n"
        f"  app token       {app.app_token}\n"
        f"  signing secret  {app.signing_secret}\n"
        "Ctrl-C ends it.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
