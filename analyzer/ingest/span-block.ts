import { crc32 } from "node:zlib";
import type { Span } from "../../core/model/telemetry.ts";
import {
  arrayColumn,
  dictionaryColumn,
  float64Column,
  nanosecondColumn,
  stringColumn,
  uint8Column,
  uint64Column,
} from "../../core/store/native/columns.ts";
import { toNativeBlock } from "../../core/store/native/native-block.ts";
import type { InspectedSpan } from "../inspect/inspector.ts";
import { isTailSampled, type SamplingRatios, sampleWeight } from "../normalize/sample-weight.ts";
import { actorOf } from "./actor-of.ts";
import { attributeText } from "./attribute-text.ts";
import {
  attributesColumn,
  type ColumnGroup,
  originColumns,
  type RowBlock,
  type RowOrigin,
  sourceColumns,
} from "./row-block.ts";
import { type SpanNames, spanNames } from "./span-names.ts";

const spanKinds = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const statusCodes = ["Unset", "Ok", "Error"];

/** The text ClickHouse holds for an OTLP span kind. */
export function spanKindText(kind: number): string {
  return spanKinds[kind] ?? "Unspecified";
}

/** The OTLP span kind of such a text. */
export function spanKindCode(text: string): number {
  return Math.max(0, spanKinds.indexOf(text));
}

export interface SpanBlock extends RowBlock {
  /**
   * @param names what its series are told apart by, where not as the sender wrote them.
   * @returns the digest of the span's content: tells a copy from a conflict, nothing more.
   */
  append(inspected: InspectedSpan, origin: RowOrigin, names?: SpanNames): number;
}

/**
 * Rows of `otel_traces`.
 *
 * @param sampling share of spans kept by service, where spans do not say it themselves.
 * @param expectedBytes room for the values of attributes.
 */
export function createSpanBlock(sampling?: SamplingRatios, expectedBytes?: number): SpanBlock {
  const origins = originColumns();
  const source = sourceColumns();
  const own = spanColumns(expectedBytes);
  const genAi = genAiColumns();
  const derived = derivedColumns(sampling);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append(inspected, origin, names = spanNames(inspected)) {
      const { span } = inspected;
      const attributesStart = own.columns.SpanAttributes.values.length;
      origins.append(origin);
      source.append(span.resource, span.scope, names.service);
      own.append(span, names);
      genAi.append(inspected, names);
      derived.append(inspected, names);
      const digest = digestOf(span, own.columns.SpanAttributes.values.view(attributesStart));
      own.columns.Digest.append(digest);
      rows += 1;
      return digest;
    },
    take: (keep) =>
      toNativeBlock(
        {
          ...origins.columns,
          ...source.columns,
          ...own.columns,
          ...genAi.columns,
          ...derived.columns,
        },
        rows,
        keep,
      ),
  };
}

function spanColumns(expectedBytes?: number) {
  const columns = {
    Timestamp: nanosecondColumn(),
    TraceId: stringColumn(),
    SpanId: stringColumn(),
    ParentSpanId: stringColumn(),
    TraceState: stringColumn(),
    SpanName: dictionaryColumn(),
    SpanKind: dictionaryColumn(),
    SpanAttributes: attributesColumn(expectedBytes),
    Duration: uint64Column(),
    StatusCode: dictionaryColumn(),
    StatusMessage: stringColumn(),
    "Events.Timestamp": arrayColumn(nanosecondColumn()),
    "Events.Name": arrayColumn(dictionaryColumn()),
    "Events.Attributes": arrayColumn(attributesColumn()),
    "Links.TraceId": arrayColumn(stringColumn()),
    "Links.SpanId": arrayColumn(stringColumn()),
    "Links.TraceState": arrayColumn(stringColumn()),
    "Links.Attributes": arrayColumn(attributesColumn()),
    Environment: dictionaryColumn(),
    ServiceVersion: dictionaryColumn(),
    Digest: uint64Column(),
  };

  function appendNested({ events, links }: Span): void {
    columns["Events.Timestamp"].append(events.map((event) => event.timeUnixNano));
    columns["Events.Name"].append(events.map((event) => event.name));
    columns["Events.Attributes"].append(events.map((event) => event.attributes));
    columns["Links.TraceId"].append(links.map((link) => link.traceId));
    columns["Links.SpanId"].append(links.map((link) => link.spanId));
    columns["Links.TraceState"].append(links.map((link) => link.traceState));
    columns["Links.Attributes"].append(links.map((link) => link.attributes));
  }

  return {
    columns,
    append(span: Span, { environment, version }: SpanNames): void {
      columns.Timestamp.append(span.startTimeUnixNano);
      columns.TraceId.append(span.traceId);
      columns.SpanId.append(span.spanId);
      columns.ParentSpanId.append(span.parentSpanId);
      columns.TraceState.append(span.traceState);
      columns.SpanName.append(span.name);
      columns.SpanKind.append(spanKindText(span.kind));
      columns.SpanAttributes.append(span.attributes);
      columns.Duration.append(durationOf(span));
      columns.StatusCode.append(statusCodes[span.statusCode] ?? "Unset");
      columns.StatusMessage.append(span.statusMessage);
      appendNested(span);
      columns.Environment.append(environment);
      columns.ServiceVersion.append(version);
    },
  };
}

function durationOf({ startTimeUnixNano, endTimeUnixNano }: Span): bigint {
  return endTimeUnixNano > startTimeUnixNano ? endTimeUnixNano - startTimeUnixNano : 0n;
}

function genAiColumns() {
  const columns = {
    Session: stringColumn(),
    GenAiConvention: dictionaryColumn(),
    GenAiOperation: dictionaryColumn(),
    GenAiProvider: dictionaryColumn(),
    GenAiRequestModel: dictionaryColumn(),
    GenAiResponseModel: dictionaryColumn(),
    GenAiAgent: dictionaryColumn(),
    GenAiTool: dictionaryColumn(),
    GenAiToolCallId: stringColumn(),
    InputTokens: uint64Column(),
    OutputTokens: uint64Column(),
    CacheReadTokens: uint64Column(),
    CacheWriteTokens: uint64Column(),
    CostUsd: float64Column(),
  };
  return {
    columns,
    append({ span, genAi, costUsd }: InspectedSpan, names: SpanNames): void {
      columns.Session.append(genAi?.conversationId || span.traceId);
      columns.GenAiConvention.append(genAi?.convention ?? "");
      columns.GenAiOperation.append(names.operation);
      columns.GenAiProvider.append(genAi?.provider ?? "");
      columns.GenAiRequestModel.append(names.requestModel);
      columns.GenAiResponseModel.append(names.responseModel);
      columns.GenAiAgent.append(names.agent);
      columns.GenAiTool.append(names.tool);
      columns.GenAiToolCallId.append(genAi?.toolCallId ?? "");
      columns.InputTokens.append(tokenCount(genAi?.inputTokens));
      columns.OutputTokens.append(tokenCount(genAi?.outputTokens));
      columns.CacheReadTokens.append(tokenCount(genAi?.cacheReadTokens));
      columns.CacheWriteTokens.append(tokenCount(genAi?.cacheWriteTokens));
      columns.CostUsd.append(costUsd);
    },
  };
}

/** Who acted, with which prompt and tools, and how many spans this one stands for. */
function derivedColumns(
  sampling?: SamplingRatios,
): ColumnGroup<[inspected: InspectedSpan, names: SpanNames]> {
  const columns = {
    IdentityKind: dictionaryColumn(),
    Identity: dictionaryColumn(),
    PromptFingerprint: dictionaryColumn(),
    SampleWeight: float64Column(),
    TailSampled: uint8Column(),
  };
  return {
    columns,
    append({ span, genAi }, names) {
      const identity = actorOf(span, genAi);
      columns.IdentityKind.append(identity.kind);
      columns.Identity.append(identity.id);
      columns.PromptFingerprint.append(names.prompt);
      columns.SampleWeight.append(sampleWeight(span, sampling));
      columns.TailSampled.append(isTailSampled(span) ? 1 : 0);
    },
  };
}

/** Senders write what they like; the column is an unsigned integer. */
function tokenCount(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0
    ? Math.min(Math.round(value), 1e15)
    : 0;
}

/**
 * CRC-32 of the attributes' values as stored, with 21 bits of the CRC-32 of everything else in
 * front: a number JavaScript holds exactly. Two different spans of one identity share it by
 * accident once in 2^53; by intent easily, which gains nothing: the first span wins anyway.
 */
function digestOf(span: Span, attributeValues: Uint8Array): number {
  let rest = `${span.name}\n${span.kind} ${span.statusCode} ${span.startTimeUnixNano} ${span.endTimeUnixNano} ${span.parentSpanId}\n${span.traceState}\n${span.statusMessage}\n${span.scope.name} ${span.scope.version}\n`;
  for (const key of span.attributes.keys()) {
    rest += `${key}\n`;
  }
  for (const { timeUnixNano, name, attributes } of span.events) {
    rest += `${timeUnixNano} ${name} ${attributeText(attributes)}\n`;
  }
  for (const { traceId, spanId, traceState, attributes } of span.links) {
    rest += `${traceId} ${spanId} ${traceState} ${attributeText(attributes)}\n`;
  }
  return (crc32(rest) >>> 11) * 0x1_0000_0000 + crc32(attributeValues);
}
