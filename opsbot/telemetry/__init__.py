"""What whoever runs the bot sees of it: figures for Prometheus, logs, and spans."""

from opsbot.telemetry.logs import set_up_logs
from opsbot.telemetry.metrics import Metrics
from opsbot.telemetry.readings import Queue, Readings
from opsbot.telemetry.spans import Spans, spans_of_environment

__all__ = ["Metrics", "Queue", "Readings", "Spans", "set_up_logs", "spans_of_environment"]
