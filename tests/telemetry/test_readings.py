"""What is read when somebody asks for figures."""

from __future__ import annotations

from datetime import timedelta

from opsbot.domain.status import Look, Outlook, Records
from opsbot.telemetry import Readings
from tests.builders import NOON


def test_nobody_misses_the_looks_at_a_node_that_is_not_named_any_more() -> None:
    looks = (Look("design", NOON - timedelta(minutes=1)), Look("old", NOON - timedelta(days=9)), Look("new", None))
    records = Records(NOON, "0009", {}, {}, {}, looks=looks)
    readings = Readings({}, lambda: Outlook({}, {"design": True, "new": True}), lambda: records)
    ages = {
        sample.labels["node"]: sample.value
        for family in readings.collect()
        for sample in family.samples
        if sample.name == "opsbot_look_age_seconds"
    }
    assert ages == {"design": 60.0}
