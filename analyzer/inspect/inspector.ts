import type { Config } from "../../core/config/config.ts";
import type { Change } from "../../core/model/change.ts";
import type { Detection, FindingType } from "../../core/model/finding.ts";
import type { GenAiRecord } from "../../core/model/genai.ts";
import { detectionId } from "../../core/model/identity.ts";
import type {
  AttributeMap,
  AttributeValue,
  LogRecord,
  MetricPoint,
  Span,
} from "../../core/model/telemetry.ts";
import {
  type ContentDetector,
  type ContentMatch,
  exampleContents,
} from "../detectors/content/content-detector.ts";
import { contentDetectors } from "../detectors/content/registry.ts";
import { createHostList } from "../detectors/hosts/host-list.ts";
import { readPackageIndex } from "../detectors/packages/package-index.ts";
import { firstString } from "../normalize/dialect.ts";
import { normalizeLog, normalizeSpan } from "../normalize/normalize.ts";
import type { OutsideDetectors } from "../outside/outside-detectors.ts";
import { createTelemetryRedactor } from "../redact/redact-telemetry.ts";
import { createRedactor, type Sighting } from "../redact/redactor.ts";
import { openUserRules } from "../rules/open-user-rules.ts";
import type { RuleCanary } from "../rules/rule-set.ts";
import {
  type ContentScanner,
  createContentScanner,
  type DetectorFailure,
} from "./content-scanner.ts";
import { createPricing, type Pricing } from "./prices.ts";

export interface InspectedSpan {
  /** Every attribute, event, link, name and status message masked. */
  readonly span: Span;
  /** Built from the masked span. */
  readonly genAi: GenAiRecord | null;
  /** US dollars; 0 if this is no model call or its price is unknown. */
  readonly costUsd: number;
  readonly detections: Detection[];
  /** Detectors that threw on this record, for metrics and the log. */
  readonly failures: readonly DetectorFailure[];
}

export interface InspectedLog {
  readonly record: LogRecord;
  readonly genAi: GenAiRecord | null;
  readonly costUsd: number;
  readonly detections: Detection[];
  readonly failures: readonly DetectorFailure[];
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
 * @param outside is told of every record with contents; it answers in its own time.
 */
export function createInspector(
  config: Config["analyzer"],
  maskKey = "telltale",
  outside?: OutsideDetectors,
): Inspector {
  const rules = openUserRules(config.ruleFiles);
  const redactor = createRedactor(maskKey, rules);
  const telemetry = createTelemetryRedactor(redactor);
  const detectors = enabledDetectors(config);
  const scan = createContentScanner(
    detectors,
    createHostList(config.allowedHosts),
    redactor,
    readPackageIndex(config.packageLists),
  );

  const parts: InspectParts = { scan, pricing: createPricing(config.prices), outside };

  return {
    span: (tenant, original) => {
      rules.follow();
      const sightings: Sighting[] = [];
      const span = telemetry.span(original, sightings);
      const inspected = inspect(parts, {
        ...span,
        tenant,
        timeUnixNano: span.startTimeUnixNano,
        genAi: normalizeSpan(span),
        sightings,
        failed: span.statusCode === errorStatus,
        mayHide: hidesText(span.attributes),
      });
      return { ...nothing, ...inspected, span: inspected?.truncated ? markTruncated(span) : span };
    },
    log: (tenant, original) => {
      rules.follow();
      const sightings: Sighting[] = [];
      const record = telemetry.log(original, sightings);
      const inspected = inspect(parts, {
        ...record,
        tenant,
        timeUnixNano: record.timeUnixNano || record.observedTimeUnixNano,
        genAi: normalizeLog(record),
        sightings,
        failed: saysFailed(record.attributes.get("success")),
        mayHide: true,
      });
      const masked = inspected?.truncated ? markTruncated(record) : record;
      return { ...nothing, ...inspected, record: masked };
    },
    metric: (point) => telemetry.metric(point),
    change: (change) => telemetry.change(change),
    heartbeat: () =>
      [...detectors.map(canaryOf), ...rules.canaries()].map((canary) => heartbeatOf(canary, scan)),
  };
}

interface InspectParts {
  readonly scan: ContentScanner;
  readonly pricing: Pricing;
  readonly outside: OutsideDetectors | undefined;
}

/** What spans and log records have in common; `null` for records with nothing to look at. */
function inspect(
  { scan, pricing, outside }: InspectParts,
  record: InspectedRecord,
): Inspected | null {
  const { genAi, sightings, failed } = record;
  if (genAi === null && sightings.length === 0) {
    return null;
  }
  const executed = genAi?.operation === "execute_tool" && !failed;
  const contents = genAi?.contents ?? [];
  const unmasked = contents.length > 0 && record.mayHide;
  const scanned = scan({ contents, sightings, executed, failed, unmasked });
  const source = sourceOf(record);
  if (scanned.contents.length > 0) {
    outside?.offer({
      contents: scanned.contents,
      toDetection: (match) => toDetection(source, match),
    });
  }
  return {
    genAi: genAi && { ...genAi, contents: scanned.contents },
    costUsd: genAi === null ? 0 : pricing(genAi),
    detections: scanned.matches.map((match) => toDetection(source, match)),
    failures: scanned.failures,
    truncated: scanned.truncated,
  };
}

/** Some agents write the text, some the boolean. */
function saysFailed(success: AttributeValue | undefined): boolean {
  return success === false || success === "false";
}

interface Inspected {
  readonly genAi: GenAiRecord | null;
  readonly costUsd: number;
  readonly detections: Detection[];
  readonly failures: readonly DetectorFailure[];
  readonly truncated: boolean;
}

const nothing = { genAi: null, costUsd: 0, detections: [], failures: [] };

/** A masked record, with what decides how its contents are judged. */
interface InspectedRecord extends Pick<Span, "resource" | "attributes" | "traceId" | "spanId"> {
  readonly tenant: string;
  readonly timeUnixNano: bigint;
  readonly genAi: GenAiRecord | null;
  readonly sightings: Sighting[];
  readonly failed: boolean;
  /** True if contents may hold secrets that escapes hid from the first masking. */
  readonly mayHide: boolean;
}

/** JSON escapes of ordinary characters: the decoded text is not the text that was masked. */
function hidesText(attributes: AttributeMap): boolean {
  for (const value of attributes.values()) {
    if (typeof value === "string" && (value.includes("\\u") || value.includes("\\/"))) {
      return true;
    }
  }
  return false;
}

const errorStatus = 2;

function enabledDetectors(config: Config["analyzer"]): ContentDetector[] {
  return contentDetectors.filter(
    ({ id, type }) =>
      !config.disabledDetectors.includes(id) && !config.disabledTypes.includes(type),
  );
}

function markTruncated<R extends { readonly attributes: AttributeMap }>(record: R): R {
  return { ...record, attributes: new Map([...record.attributes, [truncatedAttribute, true]]) };
}

function canaryOf({ id, type, ruleVersion, examples }: ContentDetector): RuleCanary {
  return { detector: id, type, ruleVersion, example: examples.mustMatch[0] };
}

function heartbeatOf(canary: RuleCanary, scan: ContentScanner): Heartbeat {
  const { detector, type, ruleVersion, example } = canary;
  const { matches } = scan({
    contents: exampleContents(example),
    sightings: [],
    executed: true,
    failed: false,
    unmasked: true,
  });
  return {
    detector,
    type,
    ruleVersion,
    passed: matches.some((match) => match.detector === detector),
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

function sourceOf(record: InspectedRecord): Source {
  const { tenant, genAi, traceId, spanId } = record;
  const resource = record.resource.attributes;
  const own = ["session.id", "conversation.id"];
  return {
    tenant,
    timeUnixMs: Number(record.timeUnixNano / 1_000_000n),
    service: firstString(resource, ["service.name"]),
    environment: firstString(resource, ["deployment.environment.name", "deployment.environment"]),
    version: firstString(resource, ["service.version"]),
    agent: genAi?.agent ?? "",
    traceId,
    spanId,
    series: "",
    session: genAi?.conversationId || firstString(record.attributes, own) || traceId,
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
