"""The texts of a node, as the rest of opsbot gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.dataiku.gateway import Nodes
from tests.builders import SCORING

if TYPE_CHECKING:
    from opsbot.dataiku import DSSClient
    from opsbot.sandbox.designer import DesignerServer


def test_no_text_of_a_node_holds_what_no_database_takes(node: DesignerServer, client: DSSClient) -> None:
    there = node.site.node.projects["FRAUD"].services["scoring"]
    there.settings |= {"authMethod": "PUB\0LIC", "name": "sco\0ring"}
    for each in there.packages.values():
        each.created_by, each.release_notes = "ma\0ya", "not\0es"
    nodes = Nodes({"design": client})
    (found,) = [each for each in nodes.services(SCORING.project_ref) if each.ref == SCORING]
    assert (found.auth_method, found.name) == ("PUB\ufffdLIC", "sco\ufffdring")
    assert nodes.glance(SCORING).auth_method == "PUB\ufffdLIC"
    package = nodes.packages(SCORING)[0]
    assert package.created_by == "ma\ufffdya"
    assert nodes.summary(SCORING, package.version).package.release_notes == "not\ufffdes"
