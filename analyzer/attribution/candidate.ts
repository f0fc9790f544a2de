import type { ChangeKind, DeploymentStatus } from "../../core/model/change.ts";
import type { FindingType } from "../../core/model/finding.ts";
import type { Feature } from "./feature.ts";

/** What is to be explained: a finding, or a series that turned. */
export interface Incident {
  readonly type: FindingType;
  readonly service: string;
  /** Tool or sink of the finding, or empty. */
  readonly tool: string;
  /** Onset interval, Unix milliseconds; both ends are equal for a single detection. */
  readonly onsetFromUnixMs: number;
  readonly onsetToUnixMs: number;
}

/** What a change altered, as far as it is known. */
export interface ChangeContent {
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly files: readonly string[];
  readonly message: string;
  /** Whether an agent session is known to have written it; reported, never weighed. */
  readonly byAgent: boolean;
  /** What a bill of materials says of a package, such as a new maintainer; never weighed. */
  readonly remarks?: readonly string[];
}

/**
 * A change that took effect on its own; a deployment comes with what it carried: commits, changed
 * packages, and models and prompts that were first seen on its version.
 */
export interface Candidate extends ChangeContent {
  readonly service: string;
  readonly version: string;
  readonly startedAtUnixMs: number;
  /** `null` while it is still rolling out. */
  readonly completedAtUnixMs: number | null;
  readonly status: DeploymentStatus | "";
  readonly commits: readonly ChangeContent[];
}

/** Sessions of one `service.version` around the onset. */
export interface VersionCount {
  readonly version: string;
  /** Sessions with the finding. */
  readonly affected: number;
  /** All sessions. */
  readonly exposed: number;
  readonly lastSeenUnixMs: number;
}

export interface AttributionEvidence {
  /** `code.file.path` of the finding's spans. */
  readonly codePaths: readonly string[];
  readonly versions: readonly VersionCount[];
  /** First call of the incident's tool, `null` if unknown or as old as the records. */
  readonly toolFirstSeenUnixMs: number | null;
  /** What metrics and call graph say, by change id. */
  readonly measured?: ReadonlyMap<string, readonly Feature[]>;
}

export const noEvidence: AttributionEvidence = {
  codePaths: [],
  versions: [],
  toolFirstSeenUnixMs: null,
};
