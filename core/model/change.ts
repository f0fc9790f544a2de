/**
 * Change events: what altered the system or its models, and who or what made the change.
 *
 * The `changeId` of a commit is its revision; of every other change it is the event's own id.
 * An `artifact` changes nothing by itself: it says which commit a digest was built from, or which
 * components are in it.
 */
export const changeKinds = [
  "commit",
  "pull_request",
  "deployment",
  "agent_session",
  "model",
  "prompt_template",
  "config",
  "guardrail",
  "dependency",
  "dataset",
  "artifact",
] as const;

export type ChangeKind = (typeof changeKinds)[number];

export const deploymentStatuses = ["started", "succeeded", "failed", "rolled_back"] as const;

export type DeploymentStatus = (typeof deploymentStatuses)[number];

/** The agent session that produced a change, as far as a trailer, note or event says. */
export interface AgentSessionRef {
  /** Tool name, such as `claude-code`. */
  readonly agent: string;
  readonly id: string;
  readonly model: string;
}

/** JSON values by name; text in it is masked before storage like every other text. */
export type ChangeDetails = Readonly<Record<string, unknown>>;

/** One change. Absent text is `""`, absent times are `null`; times are Unix milliseconds. */
export interface Change {
  readonly tenant: string;
  readonly changeId: string;
  readonly kind: ChangeKind;
  readonly timeUnixMs: number;
  readonly service: string;
  readonly environment: string;
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  /** Full commit id, 40 or 64 lower-case hex, or empty. */
  readonly revision: string;
  /** Parent revisions of a commit; empty when unknown. */
  readonly parents: readonly string[];
  readonly author: string;
  readonly message: string;
  /** Paths relative to the repository root. */
  readonly files: readonly string[];
  readonly pullRequest: string;
  readonly session: AgentSessionRef | null;
  readonly prompt: string;
  readonly intent: string;
  readonly startedAtUnixMs: number | null;
  readonly completedAtUnixMs: number | null;
  /** Of a deployment; `""` for other kinds. */
  readonly status: DeploymentStatus | "";
  /** Where the statement comes from, such as `native`, `cdevents`, `git`, `telemetry`. */
  readonly source: string;
  /** Digests of what was built or deployed, such as `sha256:<64 hex>`. */
  readonly artifacts: readonly string[];
  /** What only this kind carries, such as the versions of a `dependency`; `{}` for nothing. */
  readonly details: ChangeDetails;
}
