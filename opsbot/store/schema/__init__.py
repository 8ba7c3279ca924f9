"""The tables."""

from opsbot.store.schema.base import Instant, metadata
from opsbot.store.schema.requests import pauses, policies_in_force, publish_requests, snapshots, votes
from opsbot.store.schema.telling import deliveries, homes, seen_events, slack_notes
from opsbot.store.schema.watching import events, node_sights, sights, stories, watches
from opsbot.store.schema.working import audit_head, audit_records, node_changes, replicas, schema_floor

__all__ = [
    "Instant",
    "audit_head",
    "audit_records",
    "deliveries",
    "events",
    "homes",
    "metadata",
    "node_changes",
    "node_sights",
    "pauses",
    "policies_in_force",
    "publish_requests",
    "replicas",
    "schema_floor",
    "seen_events",
    "sights",
    "slack_notes",
    "snapshots",
    "stories",
    "votes",
    "watches",
]
