/** A row of `otel_traces` with every column a test does not care about filled in. */
export function spanRow(columns: Readonly<Record<string, unknown>> = {}): object {
  return {
    Tenant: "default",
    Timestamp: "2026-11-20T10:00:00.123456789Z",
    TraceId: "0af7651916cd43dd8448eb211c80319c",
    SpanId: "b7ad6b7169203331",
    SpanName: "chat",
    SpanKind: "Server",
    ServiceName: "shop",
    StatusCode: "Unset",
    Duration: 1_000_000,
    BatchId: "batch-1",
    ReceivedAt: "2026-11-20T10:00:01Z",
    ...columns,
  };
}
