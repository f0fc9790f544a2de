import type { Config } from "../../core/config/config.ts";
import type { Change } from "../../core/model/change.ts";
import type { Detection, FindingType } from "../../core/model/finding.ts";
import type { Content, GenAiRecord } from "../../core/model/genai.ts";
import { detectionId } from "../../core/model/identity.ts";
import type { AttributeMap, LogRecord, MetricPoint, Span } from "../../core/model/telemetry.ts";
import type { ContentDetector, ContentMatch } from "../detectors/content/content-detector.ts";
import { contentDetectors } from "../detectors/content/registry.ts";
import { createHostList } from "../detectors/hosts/host-list.ts";
import { normalizeLog, normalizeSpan } from "../normalize/normalize.ts";
import { createTelemetryRedactor } from "../redact/redact-telemetry.ts";
import { createRedactor, type Sighting } from "../redact/redactor.ts";
import { createContentScanner } from "./content-scanner.ts";
import { createPricing } from "./prices.ts";

export interface InspectedSpan {
  /** Every attribute, event, link, name and status message masked. */
  readonly span: Span;
  /** Built from the masked span. */
  readonly genAi: GenAiRecord | null;
  /** US dollars; 0 if this is no model call or its price is unknown. */
  readonly costUsd: number;
  readonly detections: Detection[];
}

export interface InspectedLog {
  readonly record: LogRecord;
  readonly genAi: GenAiRecord | null;
  readonly costUsd: number;
  readonly detections: Detection[];
}

/** Whether a detector still catches its canary, through the same code as real records. */
export interface Heartbeat {
  readonly detector: string;
  readonly type: FindingType;
  readonly ruleVersion: number;
  readonly passed: boolean;
}

/** Masks, normalizes and inspects single records; pure but for caches, and synchronous. */
export interface Inspector {
  span(tenant: string, span: Span): InspectedSpan;
  log(tenant: string, record: LogRecord): InspectedLog;
  metric(point: MetricPoint): MetricPoint;
  change(change: Change): Change;
  heartbeat(): Heartbeat[];
}

/** Set on a record whose contents were longer than detectors may read. */
export const truncatedAttribute = "telltale.scan.truncated";

/**
 * @param maskKey keys the digests in masks; the same key gives the same masks after a restart.
 */
export function createInspector(config: Config["analyzer"], maskKey = "telltale"): Inspector {
  const redactor = createRedactor(maskKey);
  const telemetry = createTelemetryRedactor(redactor);
  const pricing = createPricing(config.prices);
  const detectors = enabledDetectors(config);
  const scan = createContentScanner(detectors, createHostList(config.allowedHosts), redactor);

  return {
    span: (tenant, original) => {
      const sightings: Sighting[] = [];
      const masked = telemetry.span(original, sightings);
      const genAi = normalizeSpan(masked);
      if (genAi === null && sightings.length === 0) {
        return { span: masked, genAi, costUsd: 0, detections: [] };
      }
      const executed = isExecution(genAi) && masked.statusCode !== errorStatus;
      const failed = masked.statusCode === errorStatus;
      const scanned = scan({ contents: genAi?.contents ?? [], sightings, executed, failed });
      const source = sourceOf(tenant, masked, genAi, masked.startTimeUnixNano);
      return {
        span: scanned.truncated ? markTruncated(masked) : masked,
        genAi: genAi && { ...genAi, contents: scanned.contents },
        costUsd: genAi === null ? 0 : pricing(genAi),
        detections: scanned.matches.map((match) => toDetection(source, match)),
      };
    },
    log: (tenant, original) => {
      const sightings: Sighting[] = [];
      const masked = telemetry.log(original, sightings);
      const genAi = normalizeLog(masked);
      if (genAi === null && sightings.length === 0) {
        return { record: masked, genAi, costUsd: 0, detections: [] };
      }
      const failed = masked.attributes.get("success") === "false";
      const executed = isExecution(genAi) && !failed;
      const scanned = scan({ contents: genAi?.contents ?? [], sightings, executed, failed });
      const time = masked.timeUnixNano || masked.observedTimeUnixNano;
      const source = sourceOf(tenant, masked, genAi, time);
      return {
        record: scanned.truncated ? markTruncated(masked) : masked,
        genAi: genAi && { ...genAi, contents: scanned.contents },
        costUsd: genAi === null ? 0 : pricing(genAi),
        detections: scanned.matches.map((match) => toDetection(source, match)),
      };
    },
    metric: (point) => telemetry.metric(point),
    change: (change) => telemetry.change(change),
    heartbeat: () => detectors.map((detector) => heartbeatOf(detector, scan)),
  };
}

const errorStatus = 2;

function enabledDetectors(config: Config["analyzer"]): ContentDetector[] {
  return contentDetectors.filter(
    ({ id, type }) =>
      !config.disabledDetectors.includes(id) && !config.disabledTypes.includes(type),
  );
}

function isExecution(genAi: GenAiRecord | null): boolean {
  return genAi?.operation === "execute_tool";
}

function markTruncated<R extends { readonly attributes: AttributeMap }>(record: R): R {
  return { ...record, attributes: new Map([...record.attributes, [truncatedAttribute, true]]) };
}

function heartbeatOf(
  detector: ContentDetector,
  scan: ReturnType<typeof createContentScanner>,
): Heartbeat {
  const [canary] = detector.examples.mustMatch;
  const contents: Content[] = [
    { role: "", tool: "", toolCallId: "", location: "canary", ...canary },
  ];
  const { matches } = scan({ contents, sightings: [], executed: true, failed: false });
  const { id, type, ruleVersion } = detector;
  return {
    detector: id,
    type,
    ruleVersion,
    passed: matches.some((match) => match.detector === id),
  };
}

/** What every detection of one record shares. */
type Source = Pick<
  Detection,
  | "tenant"
  | "timeUnixMs"
  | "service"
  | "environment"
  | "version"
  | "agent"
  | "traceId"
  | "spanId"
  | "series"
  | "session"
> & { readonly recordTool: string };

function sourceOf(
  tenant: string,
  record: Pick<Span, "resource" | "attributes" | "traceId" | "spanId">,
  genAi: GenAiRecord | null,
  timeUnixNano: bigint,
): Source {
  const resource = record.resource.attributes;

  function text(key: string): string {
    const value = resource.get(key);
    return typeof value === "string" ? value : "";
  }

  const session = record.attributes.get("session.id");
  const ownSession = typeof session === "string" ? session : "";
  return {
    tenant,
    timeUnixMs: Number(timeUnixNano / 1_000_000n),
    service: text("service.name"),
    environment: text("deployment.environment.name") || text("deployment.environment"),
    version: text("service.version"),
    agent: genAi?.agent ?? "",
    traceId: record.traceId,
    spanId: record.spanId,
    series: "",
    session: genAi?.conversationId || ownSession || record.traceId,
    recordTool: genAi?.tool ?? "",
  };
}

function toDetection(
  source: Source,
  match: ContentMatch & Pick<Detection, "detector" | "type" | "ruleVersion">,
): Detection {
  const { recordTool, ...shared } = source;
  const { contentIndex: _index, start: _start, end: _end, ...rest } = match;
  // Without a span (a log record outside any trace) the time keeps records apart.
  const part =
    source.spanId === "" ? `${source.timeUnixMs} ${match.maskedValue}` : match.maskedValue;
  return {
    ...shared,
    ...rest,
    id: detectionId({ ...shared, rule: match.rule, detector: match.detector }, part),
    tool: match.tool || recordTool,
    onset: null,
  };
}
