import type {
  AttributeValue,
  LogRecord,
  Resource,
  Scope,
  Span,
  SumPoint,
} from "../../../core/model/telemetry.ts";

type Values = Readonly<Record<string, AttributeValue>>;

/** What an agent's records share. */
export interface Sender {
  readonly resource: Resource;
  readonly scope: Scope;
}

/** 2026-11-20 08:00:00 UTC, when the agents of the fixtures start to work. */
export const agentStartUnixMs = Date.UTC(2026, 10, 20, 8);

export function sender(resource: Values, scopeName: string, version = ""): Sender {
  return {
    resource: { attributes: new Map(Object.entries(resource)), schemaUrl: "" },
    scope: { name: scopeName, version, attributes: new Map(), schemaUrl: "" },
  };
}

/** A log record so many seconds after the start. */
export function agentLog(
  from: Sender,
  second: number,
  { eventName, body }: Pick<LogRecord, "eventName" | "body">,
  attributes: Values,
): LogRecord {
  return {
    ...from,
    timeUnixNano: nanoAt(second),
    observedTimeUnixNano: nanoAt(second),
    severityNumber: 9,
    severityText: "INFO",
    body,
    attributes: new Map(Object.entries(attributes)),
    eventName,
    traceId: "",
    spanId: "",
    flags: 0,
  };
}

/** A span of one second; ids are made from its number. */
export function agentSpan(
  from: Sender,
  second: number,
  { name, traceId = "5".repeat(32), ...attributes }: Values & { name: string; traceId?: string },
): Span {
  return {
    ...from,
    traceId,
    spanId: (second + 1).toString(16).padStart(16, "0"),
    parentSpanId: "",
    traceState: "",
    name,
    kind: 1,
    startTimeUnixNano: nanoAt(second),
    endTimeUnixNano: nanoAt(second + 1),
    attributes: new Map(Object.entries(attributes)),
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: "",
  };
}

/** A point of a counter; delta unless told otherwise. */
export function agentCount(
  from: Sender,
  second: number,
  {
    metricName,
    value,
    aggregationTemporality = 1,
    start = second - 60,
    ...attributes
  }: Values & {
    metricName: string;
    value: number;
    aggregationTemporality?: number;
    start?: number;
  },
): SumPoint {
  return {
    ...from,
    type: "sum",
    metricName,
    metricDescription: "",
    metricUnit: "",
    attributes: new Map(Object.entries(attributes)),
    startTimeUnixNano: nanoAt(start),
    timeUnixNano: nanoAt(second),
    flags: 0,
    exemplars: [],
    value,
    aggregationTemporality,
    isMonotonic: true,
  };
}

function nanoAt(second: number): bigint {
  return BigInt(agentStartUnixMs + second * 1000) * 1_000_000n;
}
