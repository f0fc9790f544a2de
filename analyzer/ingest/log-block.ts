import type { LogRecord } from "../../core/model/telemetry.ts";
import {
  dictionaryColumn,
  float64Column,
  nanosecondColumn,
  stringColumn,
  uint8Column,
} from "../../core/store/native/columns.ts";
import { toNativeBlock } from "../../core/store/native/native-block.ts";
import { promptIdOf } from "../agents/to-agent-events.ts";
import type { InspectedLog } from "../inspect/inspector.ts";
import { logSampleWeight, type SamplingRatios } from "../normalize/sample-weight.ts";
import { actorOf } from "./actor-of.ts";
import { attributeText } from "./attribute-text.ts";
import { type ResourceFacts, resourceFacts } from "./resource-facts.ts";
import {
  attributesColumn,
  originColumns,
  type RowBlock,
  type RowOrigin,
  sourceColumns,
} from "./row-block.ts";

export interface LogBlock extends RowBlock {
  /** @param facts of its resource, where not as the sender wrote them. */
  append(inspected: InspectedLog, origin: RowOrigin, facts?: ResourceFacts): void;
}

/**
 * Rows of `otel_logs`. A record without any time of its own gets the time it was received.
 *
 * @param sampling share of records kept by service, where records do not say it themselves.
 */
export function createLogBlock(sampling?: SamplingRatios): LogBlock {
  const origins = originColumns();
  const source = sourceColumns();
  const columns = {
    Timestamp: nanosecondColumn(),
    TraceId: stringColumn(),
    SpanId: stringColumn(),
    TraceFlags: uint8Column(),
    SeverityText: dictionaryColumn(),
    SeverityNumber: uint8Column(),
    ScopeAttributes: attributesColumn(),
    Body: stringColumn(),
    LogAttributes: attributesColumn(),
    EventName: stringColumn(),
    Environment: dictionaryColumn(),
    ServiceVersion: dictionaryColumn(),
    Session: stringColumn(),
    IdentityKind: dictionaryColumn(),
    Identity: dictionaryColumn(),
    PromptId: stringColumn(),
    SampleWeight: float64Column(),
  };
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append({ record, genAi }, origin, facts = resourceFacts(record.resource)) {
      const { service, environment, version } = facts;
      origins.append(origin);
      source.append(record.resource, record.scope, service);
      columns.Timestamp.append(timeOf(record, origin.receivedAtUnixMs));
      columns.TraceId.append(record.traceId);
      columns.SpanId.append(record.spanId);
      columns.TraceFlags.append(record.flags & 0xff);
      columns.SeverityText.append(record.severityText);
      columns.SeverityNumber.append(severityNumber(record.severityNumber));
      columns.ScopeAttributes.append(record.scope.attributes);
      columns.Body.append(attributeText(record.body));
      columns.LogAttributes.append(record.attributes);
      columns.EventName.append(record.eventName);
      columns.Environment.append(environment);
      columns.ServiceVersion.append(version);
      columns.Session.append(genAi?.conversationId || record.traceId);
      const identity = actorOf(record, genAi);
      columns.IdentityKind.append(identity.kind);
      columns.Identity.append(identity.id);
      columns.PromptId.append(promptIdOf(record.attributes));
      columns.SampleWeight.append(logSampleWeight(record, sampling));
      rows += 1;
    },
    take: (keep) =>
      toNativeBlock({ ...origins.columns, ...source.columns, ...columns }, rows, keep),
  };
}

function timeOf(record: LogRecord, receivedAtUnixMs: number): bigint {
  return (
    record.timeUnixNano ||
    record.observedTimeUnixNano ||
    BigInt(Math.trunc(receivedAtUnixMs)) * 1_000_000n
  );
}

function severityNumber(value: number): number {
  return value >= 0 && value <= 24 ? value : 0;
}
