import {
  type ContentDetector,
  type ContentSubject,
} from "../analyzer/detectors/content/content-detector.ts";
import { contentDetectors } from "../analyzer/detectors/content/registry.ts";
import { createHostList } from "../analyzer/detectors/hosts/host-list.ts";
import { createInspector } from "../analyzer/inspect/inspector.ts";
import { normalizeSpan } from "../analyzer/normalize/normalize.ts";
import { createTelemetryRedactor } from "../analyzer/redact/redact-telemetry.ts";
import { createRedactor } from "../analyzer/redact/redactor.ts";
import { Config } from "../core/config/config.ts";
import type { Span } from "../core/model/telemetry.ts";
import { type Measured, measure, type Subject } from "./measure.ts";
import { genAiSpans } from "./payload.ts";

const count = 1024;
const masking = "masking";
const whole = "inspector.span";

/**
 * What inspection costs of a GenAI span, against masking alone: the whole, and each detector by
 * itself. Detectors share what they read of a text, so together they cost less than their sum.
 */
export function benchInspect(): void {
  const spans = genAiSpans({ spans: count, seed: 1, startUnixMs: 1_700_000_000_000 });
  const measured = measure(subjects(spans), { baseline: masking, rounds: 5, cpuMsPerRound: 200 });
  for (const { name, unitsPerCpuSecond, ratio } of measured) {
    const micros = (1e6 / unitsPerCpuSecond).toFixed(1).padStart(7);
    const factor = (1 / ratio).toFixed(2).padStart(6);
    process.stdout.write(`${name.padEnd(24)} ${micros} CPU-us/span ${factor} x masking\n`);
  }
  process.stdout.write(`${JSON.stringify({ bench: "inspect", ...summary(measured) })}\n`);
}

function subjects(spans: readonly Span[]): Subject[] {
  const telemetry = createTelemetryRedactor(createRedactor("bench"));
  const inspector = createInspector(Config.parse({}).analyzer);
  const read = spans.map((span) => subjectOf(normalizeSpan(span)?.contents ?? []));
  return [
    subject(masking, spans, (span) => telemetry.span(span, [])),
    subject("normalizing", spans, (span) => normalizeSpan(span)),
    subject(whole, spans, (span) => inspector.span("bench", span)),
    ...contentDetectors.map((detector: ContentDetector) =>
      subject(detector.id, read, (one) => detector.inspect(one)),
    ),
  ];
}

function subject<T>(name: string, items: readonly T[], work: (item: T) => unknown): Subject {
  return { name, unitsPerCall: items.length, work: () => items.forEach(work) };
}

function subjectOf(contents: ContentSubject["contents"]): ContentSubject {
  const allowedHosts = createHostList([]);
  return { contents, sightings: [], executed: false, failed: false, allowedHosts };
}

function summary(measured: readonly Measured[]): Record<string, number> {
  const inspected = measured.find(({ name }) => name === whole);
  return {
    microsecondsPerSpan: Number((1e6 / (inspected?.unitsPerCpuSecond ?? 0)).toFixed(1)),
    timesMasking: Number((1 / (inspected?.ratio ?? 0)).toFixed(2)),
  };
}
