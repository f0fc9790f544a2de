import { z } from "zod";
import { type ProposalState, surfaces } from "../../core/model/proposal.ts";

const text = z.string();
const count = z.number().min(0);
const unixMs = z.number();

export const BacktestData = z.object({
  window: z.object({ from: text, to: text }),
  flaggedCaught: count,
  flaggedTotal: count,
  benignBlocked: count,
  benignTotal: count,
});

const Period = z.object({ from: text, to: text, findings: count, exposure: count });

export const VerificationData = z.object({
  state: text,
  before: Period,
  after: Period,
  evalue: z.number(),
  decidedAt: text.nullable(),
  notes: z.array(text),
});

/** The edit of one file: the whole text after it, and the text it was made from. */
const FileChangeData = z.object({ path: text, before: text.nullable(), after: text });

export const DraftData = z.object({
  /** Of the finding that leads: the one that is measured and named in the title. */
  fingerprint: text,
  /** Of every finding that the proposal answers. */
  fingerprints: z.array(text).default([]),
  surface: z.enum(surfaces),
  target: z.object({ repository: text, path: text, format: text }),
  enforcement: z.enum(["enforced", "filtered", "advisory"]),
  title: text,
  /** What is proposed, in one sentence. */
  summary: text,
  /** What the edit adds, such as a rule or a threat's id; one edit has one proposal. */
  control: text.default(""),
  body: text,
  patch: text,
  files: z.array(FileChangeData),
  findings: z.array(text),
  changes: z.array(text),
  service: text,
  environment: text,
  findingType: text,
  backtest: BacktestData.nullable(),
  /** Why the edit itself must not be filed (refused, or stops too much), or empty. */
  draftHold: text,
  /** Why the proposal is not filed now, in words; empty when nothing stands against it. */
  hold: text,
  /** The person who asked for the draft, or empty. */
  requestedBy: text,
});

export type DraftData = z.infer<typeof DraftData>;
export type FileChange = z.infer<typeof FileChangeData>;

/** Data of each event type of a proposal's stream. */
export const proposalEventData = {
  drafted: DraftData,
  edited: z.object({ body: text.optional(), reason: text }),
  held: z.object({ reason: text, body: text }),
  /** Another edit takes the draft's place, because its findings or its target have changed. */
  redrafted: DraftData,
  /** Findings that the same edit answers; without a body the page stays as a person wrote it. */
  attached: z.object({
    findings: z.array(z.object({ id: text, fingerprint: text })),
    backtest: BacktestData.nullable(),
    body: text.optional(),
  }),
  filed: z.object({
    forge: z.object({ kind: text, url: text, number: text }),
    branch: text,
    commit: text,
    body: text,
    changes: z.array(text),
  }),
  approved: z.object({ reason: text }),
  rejected: z.object({ reason: text }),
  superseded: z.object({ by: text }),
  withdrawn: z.object({ reason: text }),
  merged: z.object({ revision: text, how: text }),
  deployed: z.object({ changeId: text, revision: text, timeUnixMs: unixMs, startedUnixMs: unixMs }),
  verifying: z.object({}),
  measured: z.object({ verification: VerificationData }),
  effective: z.object({ verification: VerificationData }),
  ineffective: z.object({ verification: VerificationData }),
  harmful: z.object({ verification: VerificationData }),
  inconclusive: z.object({ verification: VerificationData }),
  regressed: z.object({ verification: VerificationData }),
} as const;

export type ProposalEventType = keyof typeof proposalEventData;

export type ProposalEventData<Type extends ProposalEventType> = z.infer<
  (typeof proposalEventData)[Type]
>;

/** Events whose name is the state they lead to, except those that leave it as it is. */
export const stateAfter = {
  drafted: "drafted",
  edited: null,
  held: null,
  redrafted: null,
  attached: null,
  filed: "filed",
  approved: "approved",
  rejected: "rejected",
  superseded: "superseded",
  withdrawn: "withdrawn",
  merged: "merged",
  deployed: "deployed",
  verifying: "verifying",
  measured: null,
  effective: "effective",
  ineffective: "ineffective",
  harmful: "harmful",
  inconclusive: "inconclusive",
  regressed: "regressed",
} as const satisfies Record<ProposalEventType, ProposalState | null>;

export function isProposalEventType(type: string): type is ProposalEventType {
  return Object.hasOwn(proposalEventData, type);
}
