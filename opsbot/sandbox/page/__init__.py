"""The page of the sandbox: a chat in the browser, to be any of the people in the workspace.

    WorkspaceServer(workspace, dress=mount_page)

serves it at `/`. `?user=maya&channel=ml-ops` says as whom and where one starts.
"""

from __future__ import annotations

from opsbot.sandbox.page.mounting import mount_page

__all__ = ["mount_page"]
