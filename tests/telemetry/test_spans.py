"""Spans, where somebody wants them."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from opsbot.assembly.measuring import MeasuredDispatcher, Measuring
from opsbot.dataiku.timed import NodeCall
from opsbot.domain.commands import ShowAccess
from opsbot.domain.tracing import traced
from opsbot.slack import SlackCall
from opsbot.telemetry import Metrics, Spans, spans_of_environment
from tests.builders import asker
from tests.fakes import Scene

TRACE = "0123456789abcdef" * 2


def test_calls_belong_to_what_is_going_on_and_all_to_the_trace_that_the_logs_name() -> None:
    exporter = InMemorySpanExporter()
    measuring = Measuring(Metrics("1"), Spans(exporter, "1"))
    with traced(trace=TRACE):
        with measuring.spans.going_on("publish post"):
            measuring.node("design")(NodeCall("POST", "/projects/FRAUD", "500", 0.25))
            measuring.slack(SlackCall("chat.postMessage", "ok", 0.1))
        MeasuredDispatcher(Scene().world, measuring).do(ShowAccess(), asker())
    measuring.spans.close()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    assert set(spans) == {"publish post", "node POST", "slack chat.postMessage", "command whoami"}
    contexts = {name: span.get_span_context() for name, span in spans.items()}
    assert {f"{context.trace_id:032x}" for context in contexts.values() if context} == {TRACE}
    post, node = spans["publish post"], spans["node POST"]
    assert node.parent is not None
    assert node.parent == contexts["publish post"]
    assert node.attributes == {"node": "design", "url.path": "/projects/FRAUD", "http.response.status_code": "500"}
    assert node.status.status_code is StatusCode.ERROR
    assert spans["slack chat.postMessage"].status.status_code is not StatusCode.ERROR
    assert node.end_time is not None
    assert node.start_time is not None
    assert node.end_time - node.start_time == 250_000_000
    assert post.resource.attributes["service.name"] == "opsbot"


@pytest.mark.parametrize(
    ("environment", "is_on"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_they_go_where_the_environment_says_and_nowhere_else(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, *, is_on: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    spans = spans_of_environment("1")
    spans.close()
    assert (spans._tracer is not None) is is_on
