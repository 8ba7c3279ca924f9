"""What looks at the nodes keep, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opsbot.domain.sights import NodeSight, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from opsbot.domain.references import ServiceRef
    from opsbot.domain.watching import Event


@dataclass
class Sights:
    """What was seen, in dicts; events are kept once, by their identity."""

    nodes: dict[str, NodeSight] = field(default_factory=dict)
    seen: dict[ServiceRef, Sight] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def node(self, node: str) -> NodeSight:
        return self.nodes.get(node, NodeSight(node))

    def of(self, node: str) -> Mapping[ServiceRef, Sight]:
        return dict(self.seen)

    def keep(
        self,
        node: NodeSight,
        changed: Iterable[Sight],
        gone: Sequence[ServiceRef],
        events: Iterable[Event],
        at: datetime,
        *,
        said_of_node: str = "",
    ) -> None:
        self.nodes[node.node] = node
        self.seen = {ref: sight for ref, sight in self.seen.items() if ref not in gone}
        self.seen |= {sight.service: sight for sight in changed}
        self.events |= {event.identity: event for event in events}
        self.said += [said_of_node] if said_of_node else []

    def forget(self, node: str) -> None:
        self.seen = {ref: sight for ref, sight in self.seen.items() if ref.node != node}
