"""A stand-in for a Dataiku design node: an HTTP server with state, odd habits, and faults on order."""

from opsbot.sandbox.designer.faults import Fault, Faults
from opsbot.sandbox.designer.habits import Habits
from opsbot.sandbox.designer.node import Node
from opsbot.sandbox.designer.refusals import RefusalError
from opsbot.sandbox.designer.server import DesignerServer, serve_forever

__all__ = ["DesignerServer", "Fault", "Faults", "Habits", "Node", "RefusalError", "serve_forever"]
