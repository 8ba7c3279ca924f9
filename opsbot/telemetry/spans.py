"""Spans for OpenTelemetry, where its SDK is installed and the environment says where they go; else nothing at all.

A trace has the id that the logs have. Everything about where spans go is OpenTelemetry's own business: OTEL_* variables
name the endpoint, the protocol's headers and the sampler.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opsbot.domain.tracing import trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace.export import SpanExporter

_SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OFF = "OTEL_SDK_DISABLED"


class Spans:
    """Where spans are begun and ended; without an exporter it does nothing, and costs nothing."""

    def __init__(self, exporter: SpanExporter | None = None, version: str = "") -> None:
        self._provider: Any = None
        self._tracer: Any = None
        if exporter is None:
            return
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - an extra, which may not be installed
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

        resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "opsbot")})
        self._provider = TracerProvider(id_generator=_ids(), resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("opsbot", version)

    @contextmanager
    def going_on(self, name: str, **attributes: str | int) -> Iterator[None]:
        """Have a span inside, to which all calls made there belong."""
        if self._tracer is None:
            yield
            return
        with self._tracer.start_as_current_span(name, attributes=attributes):
            yield

    def over(self, name: str, seconds: float, *, well: bool, **attributes: str | int) -> None:
        """Tell of a call that has just ended."""
        if self._tracer is None:
            return
        from opentelemetry.trace import SpanKind, StatusCode  # noqa: PLC0415 - as above

        end = time.time_ns()
        span = self._tracer.start_span(
            name, kind=SpanKind.CLIENT, attributes=attributes, start_time=end - int(seconds * 1e9)
        )
        if not well:
            span.set_status(StatusCode.ERROR)
        span.end(end)

    def close(self) -> None:
        """Send what isn't sent yet."""
        if self._provider is not None:
            self._provider.shutdown()


def spans_of_environment(version: str) -> Spans:
    """Make spans that go where the environment says; none where it says nothing, or the extra isn't installed."""
    if not any(os.environ.get(switch) for switch in _SWITCHES) or os.environ.get(_OFF, "").lower() == "true":
        return Spans()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        return Spans()
    return Spans(OTLPSpanExporter(), version)


def _ids() -> Any:
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator  # noqa: PLC0415 - as above

    class Ids(RandomIdGenerator):
        """Names a trace as the logs do."""

        def generate_trace_id(self) -> int:
            known = trace()
            return int(known, 16) if known else super().generate_trace_id()

    return Ids()
