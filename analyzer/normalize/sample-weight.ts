import type { AttributeMap, AttributeValue, LogRecord, Span } from "../../core/model/telemetry.ts";

/** Share of a service's spans that reach us, 0 to 1, by `service.name`; from the configuration. */
export type SamplingRatios = Readonly<Record<string, number>>;

/**
 * How many spans this one stands for, at least 1: what the span says itself, else what is
 * configured for its service, else 1.
 *
 * - `ot=th:<hex>` in its tracestate: 2^56 / (2^56 − th), the hex padded with zeros to 14 digits
 *   (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/).
 * - `ot=p:<n>`, the older form: 2^n; 63 means "no probability is known".
 * - `SampleRate`: 1 in N, as samplers of Honeycomb write it.
 */
export function sampleWeight(span: Span, ratios: SamplingRatios = noRatios): number {
  return (
    (span.traceState === "" ? null : weightOfTraceState(span.traceState)) ??
    sampleRate(span.attributes) ??
    configuredWeight(span.resource.attributes, ratios)
  );
}

/** The same for a log record, whose threshold stands in `sampling.threshold`. */
export function logSampleWeight(record: LogRecord, ratios: SamplingRatios = noRatios): number {
  const threshold = record.attributes.get("sampling.threshold");
  return (
    (typeof threshold === "string" ? weightOfThreshold(threshold) : null) ??
    sampleRate(record.attributes) ??
    configuredWeight(record.resource.attributes, ratios)
  );
}

/**
 * Whether the span was kept because of what is in it (an error, a long duration): shares of its
 * kind then say how it was chosen, not how the service does.
 */
export function isTailSampled({ attributes, scope }: Span): boolean {
  return (
    (scope.attributes.size > 0 && tailMarks.some((mark) => scope.attributes.has(mark))) ||
    tailMarks.some((mark) => attributes.has(mark))
  );
}

const noRatios: SamplingRatios = {};

/** Written by the collector's tail_sampling processor, its forerunners, and Refinery. */
const tailMarks = [
  "tailsampling.policy",
  "tailsampling.composite_policy",
  "sampling.policy",
  "SampleRate",
  "meta.refinery.reason",
];

const maxWeight = 2 ** 56;
/** Senders use a handful of thresholds, but randomness in `rv` makes each tracestate unique. */
const member = /(?:^|,)[ \t]*ot=([^,]*)/;
const weights = new Map<string, number | null>();
const maxWeights = 256;

function weightOfTraceState(traceState: string): number | null {
  const fields = member.exec(traceState)?.[1];
  if (fields === undefined) {
    return null;
  }
  for (const field of fields.split(";")) {
    if (field.startsWith("th:") || field.startsWith("p:")) {
      return weightOfField(field.trimEnd());
    }
  }
  return null;
}

function weightOfField(field: string): number | null {
  const known = weights.get(field);
  if (known !== undefined) {
    return known;
  }
  const weight = field.startsWith("th:")
    ? weightOfThreshold(field.slice(3))
    : weightOfExponent(field.slice(2));
  if (weights.size < maxWeights) {
    weights.set(field, weight);
  }
  return weight;
}

function weightOfThreshold(hex: string): number | null {
  if (!/^[0-9a-f]{1,14}$/.test(hex)) {
    return null;
  }
  const kept = 2n ** 56n - BigInt(`0x${hex.padEnd(14, "0")}`);
  return maxWeight / Number(kept);
}

function weightOfExponent(digits: string): number | null {
  const exponent = /^\d{1,2}$/.test(digits) ? Number(digits) : 63;
  return exponent <= 56 ? 2 ** exponent : null;
}

function sampleRate(attributes: AttributeMap): number | null {
  return atLeastOne(attributes.get("SampleRate"));
}

function atLeastOne(value: AttributeValue | undefined): number | null {
  if (value === undefined) {
    return null;
  }
  const rate = typeof value === "bigint" ? Number(value) : value;
  return typeof rate === "number" && rate >= 1 && rate <= maxWeight ? rate : null;
}

function configuredWeight(resource: AttributeMap, ratios: SamplingRatios): number {
  if (ratios === noRatios) {
    return 1;
  }
  const service = resource.get("service.name");
  const ratio = typeof service === "string" && Object.hasOwn(ratios, service) && ratios[service];
  return typeof ratio === "number" ? 1 / ratio : 1;
}
