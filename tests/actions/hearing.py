"""Who hears of what: watches as the tests set them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opsbot.domain.references import ServiceRef
from opsbot.domain.watching import EVERY_TOPIC, Watch
from tests.builders import CHANNEL, MAYA, NOON, OMAR, VIC, grant, rules

if TYPE_CHECKING:
    from opsbot.domain.models import Person
    from tests.fakes import Scene

LIMITS = ServiceRef("design", "CHURN", "limits")
SOME = rules(grant("viewer", MAYA, VIC), grant("viewer", OMAR, services=("design:FRAUD/sco*",)))


def watched(scene: Scene, target: str = CHANNEL, services: str = "*", by: Person = MAYA) -> Watch:
    watch = Watch(len(scene.watches.kept) + 1, target, services, EVERY_TOPIC, by, NOON)
    scene.watches.kept[watch.id] = watch
    return watch
