import type { Detection } from "../../core/model/finding.ts";
import type { Content } from "../../core/model/genai.ts";
import type {
  ContentDetector,
  ContentMatch,
  ContentSubject,
} from "../detectors/content/content-detector.ts";
import type { HostList } from "../detectors/hosts/host-list.ts";
import { noPackages, type PackageIndex } from "../detectors/packages/package-index.ts";
import type { Redactor, Sighting } from "../redact/redactor.ts";

export type AttributedMatch = ContentMatch & Pick<Detection, "detector" | "type" | "ruleVersion">;

export interface DetectorFailure {
  readonly detector: string;
  readonly message: string;
}

export interface ScannedContents {
  /** Masked, and cut where the budget ended. */
  readonly contents: readonly Content[];
  readonly matches: readonly AttributedMatch[];
  /** True if detectors did not read everything. Masking always reads everything. */
  readonly truncated: boolean;
  /** Detectors that threw, with the message. */
  readonly failures: readonly DetectorFailure[];
}

export type ContentScanner = (
  subject: Omit<ContentSubject, "allowedHosts" | "packages"> & {
    /** True if contents may hold secrets that are not masked yet. */
    readonly unmasked: boolean;
  },
) => ScannedContents;

/** UTF-16 units that detectors read of one record; at 50 MB/s this takes about 5 ms. */
const budgetUnits = 262_144;

/**
 * Runs every detector over the contents of one record. A detector that throws is a defect of
 * that detector: it is named in the answer, the others go on and the record is kept.
 */
export function createContentScanner(
  detectors: readonly ContentDetector[],
  allowedHosts: HostList,
  redactor: Redactor,
  packages: PackageIndex = noPackages,
): ContentScanner {
  return (subject) => {
    const sightings: Sighting[] = [...subject.sightings];
    const { contents, truncated } = withinBudget(subject.contents);
    const masked = subject.unmasked
      ? contents.map((content) => maskContent(content, redactor, sightings))
      : contents;
    const full: ContentSubject = {
      ...subject,
      contents: masked,
      truncated,
      sightings,
      allowedHosts,
      packages,
    };
    const matches: AttributedMatch[] = [];
    const failures: DetectorFailure[] = [];
    for (const detector of detectors) {
      const { id, type, ruleVersion } = detector;
      try {
        for (const match of detector.inspect(full)) {
          matches.push({ ...match, detector: id, type, ruleVersion });
        }
      } catch (error) {
        failures.push({ detector: id, message: String(error) });
      }
    }
    const own = redactor.rules?.inspect(full);
    return {
      contents: masked,
      matches: own === undefined ? matches : [...matches, ...own.matches],
      truncated: truncated || own?.truncated === true,
      failures,
    };
  };
}

function maskContent(content: Content, redactor: Redactor, sightings: Sighting[]): Content {
  const text = redactor.text(content.text, content.location, sightings);
  return text === content.text ? content : { ...content, text };
}

function withinBudget(contents: readonly Content[]): {
  contents: readonly Content[];
  truncated: boolean;
} {
  let left = budgetUnits;
  for (const { text } of contents) {
    left -= text.length;
  }
  if (left >= 0) {
    return { contents, truncated: false };
  }
  left = budgetUnits;
  const kept: Content[] = [];
  for (const content of contents) {
    kept.push({ ...content, text: content.text.slice(0, left) });
    left = Math.max(0, left - content.text.length);
  }
  return { contents: kept.filter(({ text }) => text !== ""), truncated: true };
}
