import type { Clock } from "../../core/clock.ts";
import type { OutsideDetector } from "../../core/config/outside-config.ts";
import type { Detection } from "../../core/model/finding.ts";
import type { Content } from "../../core/model/genai.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import { excerptOf } from "../detectors/content/content-detector.ts";
import type { AttributedMatch } from "../inspect/content-scanner.ts";
import { AskError, askDetector } from "./ask-detector.ts";
import { createCircuitBreaker } from "./circuit-breaker.ts";
import type { OutsideDetection, OutsideRequest } from "./outside-message.ts";

/** The masked contents of one record, and what ties a match to it. */
export interface OutsideSubject {
  readonly contents: readonly Content[];
  readonly toDetection: (match: AttributedMatch) => Detection;
}

/**
 * Detectors of the operator's own, asked over HTTP. Nothing waits for them: what they find is
 * picked up later, and what they cannot keep up with is left out and counted.
 */
export interface OutsideDetectors {
  offer(subject: OutsideSubject): void;
  /** What has been found since the last call. */
  take(): Detection[];
  /** Gives back what could not be recorded. */
  putBack(detections: readonly Detection[]): void;
  /** Gives up what is asked and what waits. */
  stop(): void;
}

export interface OutsideDependencies {
  readonly config: readonly OutsideDetector[];
  readonly metrics: Pick<Metrics, "count">;
  readonly clock: Clock;
  readonly env: NodeJS.ProcessEnv;
}

/** Found and not yet taken; the oldest are kept. */
const maxFound = 10_000;

export function createOutsideDetectors(dependencies: OutsideDependencies): OutsideDetectors {
  let found: Detection[] = [];

  function add(detections: readonly Detection[]): void {
    found = [...found, ...detections].slice(0, maxFound);
  }

  const stopping = new AbortController();
  const context = { ...dependencies, add, stopping: stopping.signal };
  const lines = dependencies.config.map((detector) => createLine(detector, context));
  return {
    offer: (subject) => lines.forEach((line) => line(subject)),
    take: () => found.splice(0),
    putBack: add,
    stop: () => stopping.abort(),
  };
}

const maxText = 32_768;

interface LineContext extends OutsideDependencies {
  readonly add: (detections: readonly Detection[]) => void;
  readonly stopping: AbortSignal;
}

/** The queue before one detector. */
function createLine(
  detector: OutsideDetector,
  context: LineContext,
): (subject: OutsideSubject) => void {
  const { metrics, clock, add, stopping } = context;
  const breaker = createCircuitBreaker(clock);
  const waiting: OutsideSubject[] = [];
  let asking = 0;

  function count(outcome: string): void {
    metrics.count("telltale.outside.requests", 1, { detector: detector.id, outcome });
  }

  async function ask(subject: OutsideSubject): Promise<void> {
    try {
      const { detections } = await askDetector(detector, requestOf(subject, detector), context);
      breaker.succeeded();
      count("answered");
      add(detections.flatMap((each) => accepted(each, subject, detector)));
    } catch (error) {
      breaker.failed();
      count(error instanceof AskError ? error.failure : "failed");
    }
  }

  function next(): void {
    while (asking < detector.parallel && waiting.length > 0 && !stopping.aborted) {
      const subject = waiting.shift();
      if (subject === undefined || !breaker.allows()) {
        count("rested");
        continue;
      }
      asking += 1;
      void askThenNext(subject);
    }
  }

  async function askThenNext(subject: OutsideSubject): Promise<void> {
    await ask(subject);
    asking -= 1;
    next();
  }

  return (subject) => {
    if (!subject.contents.some((content) => isAsked(content, detector))) {
      return;
    }
    if (waiting.length >= detector.maxWaiting) {
      count("left_out");
      return;
    }
    waiting.push(subject);
    next();
  };
}

function isAsked({ direction, text }: Content, { directions }: OutsideDetector): boolean {
  return text !== "" && directions.some((name) => name === direction);
}

function requestOf({ contents }: OutsideSubject, detector: OutsideDetector): OutsideRequest {
  return {
    version: 1,
    contents: contents.flatMap((content, index) => {
      const { direction, tool, text } = content;
      return isAsked(content, detector)
        ? [{ index, direction, tool, text: text.slice(0, maxText) }]
        : [];
    }),
  };
}

/** A reply is not believed: type, place and score must be what this detector may say. */
function accepted(
  { index, type, score, rule = "reply", start = 0, end = 0 }: OutsideDetection,
  { contents, toDetection }: OutsideSubject,
  detector: OutsideDetector,
): Detection[] {
  const content = contents[index];
  const clamped = Math.min(1, Math.max(0, score));
  const isAllowed = detector.types.includes(type) && clamped >= detector.observeFrom;
  if (content === undefined || !isAsked(content, detector) || !isAllowed) {
    return [];
  }
  const [from, to] = start < end && end <= content.text.length ? [start, end] : [0, 0];
  return [
    toDetection({
      type,
      detector: `outside:${detector.id}`,
      ruleVersion: 1,
      rule,
      targetClass: `outside:${detector.id}`,
      score: Math.round(clamped * 1000) / 1000,
      strength: clamped >= detector.findingFrom ? "strong" : "weak",
      severity: detector.severity,
      outcome: "attempt",
      excerpt: excerptOf(content.text, from, to),
      maskedValue: content.text.slice(from, to).slice(0, 120),
      location: content.location,
      tool: content.tool,
      contentIndex: index,
      start: from,
      end: to,
    }),
  ];
}
