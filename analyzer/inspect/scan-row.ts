import type { Config } from "../../core/config/config.ts";
import type { FindingType } from "../../core/model/finding.ts";
import type { Content, Direction } from "../../core/model/genai.ts";
import { codeLocation } from "../detectors/code/read-code.ts";
import type { ContentDetector } from "../detectors/content/content-detector.ts";
import { packageLocation } from "../detectors/content/hallucinated-package.ts";
import { contentDetectors } from "../detectors/content/registry.ts";
import { createHostList, type HostList } from "../detectors/hosts/host-list.ts";
import { readPackageIndex } from "../detectors/packages/package-index.ts";
import { content, readConversation, readSystem } from "../normalize/messages.ts";
import { asText, firstText, member } from "../normalize/node.ts";
import { createRedactor, type Redactor, type Sighting } from "../redact/redactor.ts";
import { openUserRules } from "../rules/open-user-rules.ts";
import { hijackedCalls } from "../trace/detectors/agent-hijack.ts";
import { followedInstructions } from "../trace/detectors/injection-followed-by-action.ts";
import { sentSecrets } from "../trace/detectors/secret-read-then-sent.ts";
import type { TraceEvidence } from "../trace/detectors/trace-detector.ts";
import type { TraceStep } from "../trace/trace-steps.ts";
import { type ContentScanner, createContentScanner } from "./content-scanner.ts";
import { originalOffset } from "./original-offset.ts";
import { parseScanRow, type ScanRow } from "./parse-scan-row.ts";
import { scanStream } from "./scan-stream.ts";

export interface ScanDetection {
  readonly type: FindingType;
  readonly detector: string;
  readonly score: number;
  /** Whether this alone would be raised with the shipped defaults. */
  readonly finding: boolean;
  /** Range in the given text, in UTF-16 units. */
  readonly start?: number;
  readonly end?: number;
  /** Position of the message. */
  readonly index?: number;
  /** Kind of what was found, such as `github-token`. */
  readonly entity?: string;
}

export type ScanAnswer =
  | {
      readonly id: unknown;
      readonly finding: boolean;
      readonly detections: ScanDetection[];
      /** The row is longer than detectors may read; its secrets are all masked all the same. */
      readonly truncated?: true;
    }
  | { readonly id: unknown; readonly error: string };

/** Scans rows of the `scan` verb, one answer for each line, through the production detectors. */
export interface Scanner {
  scanLine(line: string): ScanAnswer;
}

/** @param config the shipped defaults unless the caller has a configuration. */
export function createScanner(config: Config["analyzer"]): Scanner {
  const redactor = createRedactor("telltale", openUserRules(config.ruleFiles));
  const allowedHosts = createHostList(config.allowedHosts);
  const detectors = contentDetectors.filter(
    ({ id, type }) =>
      !config.disabledDetectors.includes(id) && !config.disabledTypes.includes(type),
  );
  const packages = readPackageIndex(config.packageLists);
  let truncated = false;
  function scannerOf(chosen: readonly ContentDetector[]): ContentScanner {
    const scan = createContentScanner(chosen, allowedHosts, redactor, packages);
    return (subject) => {
      const scanned = scan(subject);
      truncated ||= scanned.truncated;
      return scanned;
    };
  }
  const all = scannerOf(detectors);
  function some(types: ReadonlySet<FindingType>): ContentScanner {
    return scannerOf(detectors.filter(({ type }) => types.has(type)));
  }

  const codeOnly = some(typesOfCode);
  const packagesOnly = some(new Set(["hallucinated_package"]));
  // Only what needs several messages at once: the others judge each message on its own.
  const together = some(new Set(["system_prompt_leak"]));

  function detectionsOf(row: ScanRow): ScanDetection[] {
    switch (row.shape) {
      case "text":
        return scanText(row, row.direction === "code" ? codeOnly : all, redactor);
      case "messages": {
        const contents = conversation(row, redactor);
        const steps = contents.map(({ part, index }) => stepOf(part, index));
        const traced = scanSteps(steps, allowedHosts);
        return [...scanConversation(contents, all), ...scanTogether(contents, together), ...traced];
      }
      case "stream":
        return scanStream(row).filter(({ type }) => !config.disabledTypes.includes(type));
      case "package":
        return scanPackage(row, packagesOnly);
      default:
        return row satisfies never;
    }
  }

  return {
    scanLine: (line) => {
      const parsed = parseScanRow(line);
      if (parsed.shape === "error") {
        return { id: parsed.id, error: parsed.error };
      }
      truncated = false;
      const detections = promoted(detectionsOf(parsed));
      const finding = detections.some((detection) => detection.finding);
      return { id: parsed.id, finding, detections, ...(truncated ? { truncated } : {}) };
    },
  };
}

/** Two weak detections of one type by different detectors or rules are a finding together. */
function promoted(detections: ScanDetection[]): ScanDetection[] {
  return detections.map((detection) =>
    detection.finding ||
    !detections.some(
      (other) =>
        other.type === detection.type &&
        (other.detector !== detection.detector || other.entity !== detection.entity),
    )
      ? detection
      : { ...detection, finding: true },
  );
}

function scanText(
  row: Extract<ScanRow, { shape: "text" }>,
  scan: ContentScanner,
  redactor: Redactor,
): ScanDetection[] {
  const sightings: Sighting[] = [];
  const text = redactor.text(row.text, "text", sightings);
  const isCommand = row.direction === "command";
  const tool = isCommand ? "shell" : row.tool;
  const location = row.direction === "code" ? codeLocation : "text";
  const contents = [content(directionOf(row.direction), text, { location, tool })];
  const { matches } = scan({
    contents,
    sightings,
    executed: isCommand,
    failed: false,
    unmasked: false,
  });
  return matches.map(({ type, detector, score, strength, rule, ...match }) => {
    const sighting =
      type === "secret_leak" || type === "pii_leak"
        ? sightings.find(({ masked }) => masked === match.maskedValue)
        : undefined;
    return {
      type,
      detector,
      score,
      finding: strength === "strong",
      start: sighting?.start ?? originalOffset(match.start, sightings),
      end: sighting?.end ?? originalOffset(match.end, sightings),
      entity: rule,
    };
  });
}

/** What is looked for in source code; the rest is written for prose. */
const typesOfCode: ReadonlySet<FindingType> = new Set([
  "secret_leak",
  "unsafe_code",
  "hallucinated_package",
  "hidden_text",
]);

function scanPackage(
  { name, ecosystem }: Extract<ScanRow, { shape: "package" }>,
  scan: ContentScanner,
): ScanDetection[] {
  const { matches } = scan({
    contents: [content("output", name, { location: packageLocation, tool: ecosystem })],
    sightings: [],
    executed: false,
    failed: false,
    unmasked: false,
  });
  return matches.map(({ type, detector, score, strength, rule }) => ({
    type,
    detector,
    score,
    finding: strength === "strong",
    entity: rule,
  }));
}

function directionOf(direction: Extract<ScanRow, { shape: "text" }>["direction"]): Direction {
  if (direction === "command") {
    return "tool_call";
  }
  return direction === "code" ? "output" : direction;
}

interface Part {
  readonly part: Content;
  /** Of the message; -1 for what stands outside of messages. */
  readonly index: number;
  readonly sightings: readonly Sighting[];
}

function conversation(row: Extract<ScanRow, { shape: "messages" }>, redactor: Redactor): Part[] {
  const system = readSystem(row.systemInstructions, "systemInstructions");
  const tools = row.tools.map((tool) =>
    content("tool_definition", asText(tool), {
      location: "tools",
      tool: firstText(member(tool, "function") ?? tool, "name"),
    }),
  );
  return [
    ...[...system, ...tools].map((part) => maskPart(part, -1, redactor)),
    ...row.messages.flatMap((message, index) =>
      readConversation([message], "messages").map((part) => maskPart(part, index, redactor)),
    ),
  ];
}

function maskPart(part: Content, index: number, redactor: Redactor): Part {
  const sightings: Sighting[] = [];
  const text = redactor.text(part.text, part.location, sightings);
  return { part: { ...part, text }, index, sightings };
}

/** Every message on its own, so that each secret is judged where it stands. */
function scanConversation(contents: readonly Part[], scan: ContentScanner): ScanDetection[] {
  return contents.flatMap(({ part, index, sightings }) => {
    const { matches } = scan({
      contents: [part],
      sightings,
      executed: true,
      failed: false,
      unmasked: false,
    });
    return matches.map(({ type, detector, score, strength, targetClass }) => ({
      type,
      detector,
      score,
      finding: strength === "strong",
      ...(index < 0 ? {} : { index }),
      entity: targetClass,
    }));
  });
}

/** The whole conversation as one record. */
function scanTogether(contents: readonly Part[], scan: ContentScanner): ScanDetection[] {
  const { matches } = scan({
    contents: contents.map(({ part }) => part),
    sightings: [],
    executed: true,
    failed: false,
    unmasked: false,
  });
  return matches.map(({ type, detector, score, strength, rule, contentIndex }) => {
    const index = contents[contentIndex]?.index ?? -1;
    const place = index < 0 ? {} : { index };
    return { type, detector, score, finding: strength === "strong", ...place, entity: rule };
  });
}

/** What trace detectors see in the whole conversation. */
function scanSteps(steps: readonly TraceStep[], allowedHosts: HostList): ScanDetection[] {
  return [
    ...followedInstructions(steps).map((evidence) =>
      fromTrace(evidence, "prompt_injection.indirect", "injection-followed-by-action"),
    ),
    ...hijackedCalls(steps).map((evidence) => fromTrace(evidence, "tool_misuse", "agent-hijack")),
    ...sentSecrets(steps, allowedHosts).map((evidence) =>
      fromTrace(evidence, "data_exfiltration", "secret-read-then-sent"),
    ),
  ];
}

function stepOf(part: Content, index: number): TraceStep {
  return { content: part, timeUnixMs: index, record: index, executed: true, failed: false };
}

function fromTrace(evidence: TraceEvidence, type: FindingType, detector: string): ScanDetection {
  const { score, strength, step } = evidence;
  return {
    type,
    detector,
    score,
    finding: strength === "strong",
    index: step.record,
    entity: evidence.rule,
  };
}
