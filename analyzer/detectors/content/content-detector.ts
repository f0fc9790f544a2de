import type { Detection, FindingType } from "../../../core/model/finding.ts";
import type { Content, Direction } from "../../../core/model/genai.ts";
import type { Sighting } from "../../redact/redactor.ts";
import type { HostList } from "../hosts/host-list.ts";
import type { PackageIndex } from "../packages/package-index.ts";

/** What content detectors look at: the masked contents of one record, and what was masked. */
export interface ContentSubject {
  readonly contents: readonly Content[];
  /** True if contents are cut, so that what was masked may stand in none of them. */
  readonly truncated?: boolean;
  readonly sightings: readonly Sighting[];
  /** True if the record says that its call was carried out rather than only asked for. */
  readonly executed: boolean;
  /** True if the record says that its call was refused or failed. */
  readonly failed: boolean;
  readonly allowedHosts: HostList;
  /** Absent where no list of packages is configured. */
  readonly packages?: PackageIndex;
}

/** One match, before it is tied to a record. */
export interface ContentMatch
  extends Pick<
    Detection,
    | "rule"
    | "targetClass"
    | "score"
    | "strength"
    | "severity"
    | "outcome"
    | "excerpt"
    | "maskedValue"
    | "location"
    | "tool"
  > {
  /** Position in `contents`, or -1 for a match outside of them. */
  readonly contentIndex: number;
  /** Range in the masked text of that content. */
  readonly start: number;
  readonly end: number;
}

/** A text, the way it went, and the rule expected to match it, if any. */
export interface Example {
  readonly direction: Direction;
  readonly tool?: string;
  readonly text: string;
  /** A system prompt that stands in the same record. */
  readonly system?: string;
}

/** The contents of a record that holds just an example. */
export function exampleContents({ direction, text, tool = "", system }: Example): Content[] {
  const shared = { role: "", toolCallId: "", location: "example" };
  const own: Content = { ...shared, direction, text, tool };
  return system === undefined
    ? [own]
    : [{ ...shared, direction: "system", text: system, tool: "" }, own];
}

/**
 * One detector of suspicious content: pure, and linear in the length of what it reads. Its
 * examples are its contract; a test runs them all, and the first that must match is also the
 * canary of its heartbeat.
 */
export interface ContentDetector {
  readonly id: string;
  readonly type: FindingType;
  /** Major version of its rules; a new one restarts verification baselines. */
  readonly ruleVersion: number;
  readonly examples: {
    readonly mustMatch: readonly [Example, ...Example[]];
    readonly mustPass: readonly Example[];
  };
  inspect(subject: ContentSubject): ContentMatch[];
}

/** Text around a range, at most 400 characters. */
export function excerptOf(text: string, start: number, end: number): string {
  const from = Math.max(0, start - 120);
  return text.slice(from, Math.max(from, Math.min(end + 120, from + 400)));
}
