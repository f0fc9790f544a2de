import type { Repository } from "../../core/config/config.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Backtest, Enforcement, Surface } from "../../core/model/proposal.ts";
import type { CallSample } from "../backtest.ts";
import type { FileEdit } from "../text/unified-diff.ts";

/** One artefact format of a control surface: where it lives and how an edit of it is made. */
export interface SurfaceFormat {
  readonly surface: Surface;
  /** Name in `target.format`, such as `claude-settings`. */
  readonly format: string;
  readonly enforcement: Enforcement;
  /** Path of the file that carries the control, relative to the repository. */
  path(repository: Repository | null): string;
  /** Makes the edit; pure but for reading files, which goes through the given reader. */
  draft(input: DraftInput): Promise<SurfaceDraft>;
  /** Whether a control does already what a draft would: then the draft is not a second proposal. */
  covers(control: string, wanted: SurfaceDraft, sample: CallSample): boolean;
  /** What a control would have done to a sample; null where nothing can be replayed. */
  backtest(control: string, sample: CallSample): Backtest | null;
}

/** Text of a file on the default branch; null when there is none. */
export type ReadTargetFile = (path: string) => Promise<string | null>;

export interface DraftInput {
  /** The finding that leads its incident. */
  readonly finding: Finding;
  readonly repository: Repository | null;
  readonly readFile: ReadTargetFile;
  /** Stored tool calls around the incident, for formats that replay a rule. */
  readonly sample: CallSample;
  readonly maxBenignBlockRate: number;
}

export interface SurfaceDraft {
  /** What is proposed, in one sentence of a closed template. */
  readonly summary: string;
  /** What the edit adds, such as a rule or a threat's id; empty when there is none to name. */
  readonly control: string;
  /** The enforced file first, then its advisory companion; empty when the edit was refused. */
  readonly edits: readonly FileEdit[];
  readonly backtest: Backtest | null;
  /** Why it must not be filed, in words, or empty. */
  readonly hold: string;
  /** True when the control is in place already, so that there is nothing to propose. */
  readonly isInPlace: boolean;
}

/** Outcome of an edit of one file's text. */
export type EditResult =
  | { readonly status: "edited"; readonly text: string }
  | { readonly status: "in_place" }
  | { readonly status: "refused"; readonly reason: string };

/** No edit may make a file grow by this much or more. */
export const maxGrowthBytes = 4096;

export function refused(reason: string): EditResult {
  return { status: "refused", reason };
}
