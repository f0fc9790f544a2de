"""Sends the telemetry of the shop (see shop.ts) with the OpenTelemetry Python SDK.

python_shop.py SERVICE START_UNIX_NANO TEMPORALITY PROTOCOL COMPRESSION OTLP_HTTP OTLP_GRPC
prints the ids that the SDK made up as JSON.
"""

import json
import os
import sys

service, start_text, temporality, protocol, compression, otlp_http, otlp_grpc = sys.argv[1:]
start = int(start_text)
# The exporters read this one when they are imported.
os.environ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] = temporality.upper()

from opentelemetry import metrics, trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    def to(signal):
        chosen = Compression.Gzip if compression == "gzip" else Compression.NoCompression
        insecure = otlp_grpc.startswith("http:")
        return {"endpoint": otlp_grpc, "insecure": insecure, "compression": chosen}

else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    def to(signal):
        return {"endpoint": f"{otlp_http}/v1/{signal}", "compression": Compression(compression)}


SCOPE_SCHEMA = "https://example.com/scope/1"
resource = Resource(
    {
        "service.name": service,
        "service.version": "1.2.3",
        "deployment.environment.name": "staging",
    },
    "https://example.com/resource/1",
)
conversation = {
    "gen_ai.provider.name": "openai",
    "gen_ai.conversation.id": "conversation-1",
}


def send_spans():
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**to("traces"))))
    tracer = provider.get_tracer("shop", "0.9", schema_url=SCOPE_SCHEMA)
    agent = tracer.start_span(
        "invoke_agent planner",
        context=Context(),
        start_time=start,
        attributes={
            **conversation,
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "planner",
        },
    )
    earlier = trace.SpanContext(
        trace_id=0x0AF7651916CD43DD8448EB211C80319C,
        span_id=0xB7AD6B7169203331,
        is_remote=True,
        trace_flags=trace.TraceFlags(1),
    )
    chat = tracer.start_span(
        "chat gpt-4o",
        context=trace.set_span_in_context(agent, Context()),
        kind=trace.SpanKind.CLIENT,
        start_time=start + 1_000_000,
        links=[trace.Link(earlier, {"why": "retry"})],
        attributes={
            **conversation,
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 123,
            "gen_ai.usage.output_tokens": 45,
            "gen_ai.request.temperature": 0.5,
            "gen_ai.response.finish_reasons": ["length", "stop"],
            "shop.cached": True,
            "shop.text": "naïve 漢字 🛒",
        },
    )
    choice = {"index": 0, "finish_reason": "length"}
    chat.add_event("gen_ai.choice", choice, timestamp=start + 1_500_000)
    chat.set_status(trace.Status(trace.StatusCode.ERROR, "cut short"))
    chat.end(start + 3_000_001)
    agent.end(start + 5_000_000)
    provider.shutdown()
    return agent, chat


def send_logs(chat):
    provider = LoggerProvider(resource=resource)
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(**to("logs"))))
    logger = provider.get_logger("shop", "0.9", schema_url=SCOPE_SCHEMA)
    logger.emit(
        timestamp=start + 2_000_000,
        context=trace.set_span_in_context(chat, Context()),
        severity_number=SeverityNumber.INFO,
        severity_text="INFO",
        event_name="gen_ai.evaluation.result",
        body={"label": "good", "parts": [{"n": 1}, "two"]},
        attributes={
            "gen_ai.evaluation.name": "relevance",
            "gen_ai.evaluation.score.value": 0.75,
            "shop.cart": {"items": 2, "open": True},
        },
    )
    logger.emit(
        timestamp=start + 3_000_000,
        context=Context(),
        severity_number=SeverityNumber.WARN,
        severity_text="WARN",
        body="the till is nearly empty",
    )
    provider.shutdown()


def send_metrics(chat):
    """Records the first values inside the chat span, so that they come with exemplars."""
    is_second = False

    def observed(first, second, attributes=None):
        return lambda _options: [metrics.Observation(second if is_second else first, attributes)]

    exporter = OTLPMetricExporter(**to("metrics"))
    tokens_view = View(
        instrument_name="shop.tokens", aggregation=ExponentialBucketHistogramAggregation()
    )
    provider = MeterProvider(
        resource=resource,
        metric_readers=[PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)],
        views=[tokens_view],
    )
    meter = provider.get_meter("shop", "0.9")
    orders = meter.create_counter("shop.orders", "{order}", "Orders taken")
    still_open = meter.create_up_down_counter("shop.open", "{order}")
    oven = meter.create_gauge("shop.oven", "Cel")
    wait = meter.create_histogram(
        "shop.wait",
        "ms",
        "Time in the queue",
        explicit_bucket_boundaries_advisory=[5, 50, 500],
    )
    tokens = meter.create_histogram("shop.tokens", "{token}")
    meter.create_observable_counter(
        "shop.observed", [observed(10, 15)], "{order}", "Orders taken"
    )
    meter.create_observable_up_down_counter("shop.balance", [observed(-4, -6)], "{order}")
    meter.create_observable_gauge(
        "shop.fridge", [observed(36.6, 37.1, {"door": "open"})], "Cel"
    )

    with trace.use_span(chat, end_on_exit=False):
        orders.add(3, {"model": "a", "big": True})
        orders.add(1, {"model": "b"})
        still_open.add(5)
        oven.set(0.25)
        wait.record(12, {"till": 1})
        wait.record(700, {"till": 1})
        for value in (0, 1, 4):
            tokens.record(value)
    provider.force_flush()
    is_second = True
    orders.add(4, {"model": "a", "big": True})
    orders.add(2, {"model": "b"})
    still_open.add(-2)
    oven.set(0.75)
    wait.record(3, {"till": 1})
    tokens.record(2)
    # Collects the second time.
    provider.shutdown()


def ids_of(span):
    context = span.get_span_context()
    return {
        "traceId": trace.format_trace_id(context.trace_id),
        "spanId": trace.format_span_id(context.span_id),
        "traceFlags": int(context.trace_flags),
    }


agent_span, chat_span = send_spans()
send_logs(chat_span)
send_metrics(chat_span)
print(json.dumps({"agent": ids_of(agent_span), "chat": ids_of(chat_span)}))
