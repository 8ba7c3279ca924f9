"""Carries an archive from a node to Slack in a process of its own, and tells how much memory that took, in bytes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from opsbot.dataiku import DSSClient
from opsbot.dataiku.gateway import Nodes
from opsbot.domain.files import Attachment
from opsbot.domain.references import ServiceRef
from opsbot.slack.sending.uploads import Uploads
from opsbot.slack.transport.client import KeptWebClient


def main(designer: str, workspace: str, version: str, channel: str) -> int:
    nodes = Nodes({"design": DSSClient(designer, "sandbox")})
    slack = KeptWebClient("xoxb-sandbox", f"{workspace}/api/")
    service = ServiceRef("design", "FRAUD", "scoring")
    nodes.packages(service)
    slack.auth_test()
    before = _most_memory()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "package.zip"
        nodes.download(service, version, path, lambda _received, _total: None)
        Uploads(slack).upload(Attachment("package.zip", version, path), channel)
    nodes.close()
    slack.close()
    return _most_memory() - before


def _most_memory() -> int:
    """Tell the most that this program had; `getrusage` would count what the process was before it, too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
