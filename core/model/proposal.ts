/** Proposals: the smallest edit to one of five control surfaces, and its life. */
export const surfaces = [
  "guardrail",
  "threat_model",
  "review_focus",
  "release_policy",
  "design_intent",
] as const;

export type Surface = (typeof surfaces)[number];

/** `enforced` by the runtime, `filtered` by a proxy, or `advisory` text only. */
export type Enforcement = "enforced" | "filtered" | "advisory";

export const proposalStates = [
  "drafted",
  "filed",
  "approved",
  "merged",
  "deployed",
  "verifying",
  "effective",
  "ineffective",
  "harmful",
  "inconclusive",
  "rejected",
  "superseded",
  "withdrawn",
  "regressed",
] as const;

export type ProposalState = (typeof proposalStates)[number];

export interface ProposalTarget {
  readonly repository: string;
  readonly path: string;
  readonly format: string;
}

/** What the rule would have done to stored traffic, in distinct tool calls or records. */
export interface Backtest {
  readonly window: { readonly from: string; readonly to: string };
  readonly flaggedCaught: number;
  readonly flaggedTotal: number;
  readonly benignBlocked: number;
  readonly benignTotal: number;
}

export interface ForgeReference {
  readonly kind: string;
  readonly url: string;
  /** What people type: the number of an issue or request, or the branch for `git merge`. */
  readonly number: string;
}

export interface Verification {
  readonly state: string;
  readonly before: VerificationPeriod;
  readonly after: VerificationPeriod;
  /** Evidence against "nothing changed"; a verdict falls at 1/alpha. */
  readonly evalue: number;
  readonly decidedAt: string | null;
  /** Guards that hold the verdict back, in words. */
  readonly notes: readonly string[];
}

export interface VerificationPeriod {
  readonly from: string;
  readonly to: string;
  /** Sessions with at least one finding of this fingerprint. */
  readonly findings: number;
  /** Sessions (or calls) at risk. */
  readonly exposure: number;
}

export interface Proposal {
  readonly id: string;
  readonly tenant: string;
  readonly surface: Surface;
  readonly target: ProposalTarget;
  readonly enforcement: Enforcement;
  readonly title: string;
  readonly body: string;
  /** Unified diff against the target file. */
  readonly patch: string;
  readonly findings: readonly string[];
  readonly changes: readonly string[];
  readonly state: ProposalState;
  readonly backtest: Backtest | null;
  readonly forge: ForgeReference | null;
  readonly verification: Verification | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
