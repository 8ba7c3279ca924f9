"""A stand-in for a design node with many services, which counts how many calls it sees at once."""

import json
import sys

from opsbot.sandbox.designer import DesignerServer
from opsbot.sandbox.designer.faults import Fault
from opsbot.sandbox.designer.http11 import Reply, Request
from opsbot.sandbox.designer.site import DesignerSite

EACH = 10


class Counting:
    """Counts the calls that have come and weren't answered yet."""

    def __init__(self, site: DesignerSite) -> None:
        self._fault_of, self._answer = site.fault_of, site.answer
        self.now = self.most = 0

    def come(self, request: Request) -> Fault | None:
        """Hear a call, before the node takes its time."""
        self.now += 1
        self.most = max(self.most, self.now)
        return self._fault_of(request)

    def answer(self, request: Request) -> Reply:
        """Answer it after that."""
        self.now -= 1
        return self._answer(request)


def main() -> None:
    """Serve until the input ends, and then say how many calls there were at once."""
    size, seconds = int(sys.argv[1]), float(sys.argv[2])
    with DesignerServer(latency=seconds, seed=False) as server:
        for number in range(size):
            project, service = f"P{number // EACH:03d}", f"service_{number % EACH}"
            if number % EACH == 0:
                server.node.create_project(project)
            server.node.create_service(project, service, by="script")
            for version in ("v1", "v2", "v3"):
                server.node.create_package(project, service, version, by="script")
        counting = Counting(server.site)
        server.site.fault_of, server.site.answer = counting.come, counting.answer  # type: ignore[method-assign]
        print(server.url, flush=True)
        sys.stdin.read()
        print(json.dumps({"at_once": counting.most}), flush=True)


if __name__ == "__main__":
    main()
