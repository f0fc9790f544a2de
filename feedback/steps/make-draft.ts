import type { Finding } from "../../core/model/finding.ts";
import type { Surface } from "../../core/model/proposal.ts";
import type { CallSample } from "../backtest.ts";
import { ForgeError } from "../forge/forge.ts";
import { proposalPage } from "../forge/proposal-page.ts";
import type { IncidentFindings } from "../incidents/read-incident-findings.ts";
import type { DraftData } from "../proposals/proposal-event.ts";
import { readCallSample } from "../read-call-sample.ts";
import { surfaceFormats } from "../surfaces/index.ts";
import type { SurfaceDraft, SurfaceFormat } from "../surfaces/surface-format.ts";
import { unifiedDiff } from "../text/unified-diff.ts";
import { type FeedbackContext, repositoryOf } from "./feedback-context.ts";
import { filingHold } from "./filing-hold.ts";
import { proposalTitle } from "./titles.ts";

/** An edit that would answer an incident, before it is decided whether it is a proposal. */
export interface MadeDraft {
  readonly findings: IncidentFindings;
  readonly format: SurfaceFormat;
  readonly draft: SurfaceDraft;
  readonly sample: CallSample;
}

/** The format that a surface's proposals are written in; undefined where there is none yet. */
export function formatOf(surface: Surface): SurfaceFormat | undefined {
  return surfaceFormats.find((format) => format.surface === surface);
}

/** Makes the edit of one surface for an incident, against the files as they are now. */
export async function makeDraft(
  context: FeedbackContext,
  findings: IncidentFindings,
  format: SurfaceFormat,
): Promise<MadeDraft> {
  const { reads, config, forge } = context;
  const { lead, others } = findings;
  const repository = repositoryOf(config.repositories, lead.service);
  async function readFile(path: string): Promise<string | null> {
    return repository === null ? null : forge.readFile(repository, path);
  }
  const sample = await readCallSample(reads, [lead, ...others]);
  const { maxBenignBlockRate } = config;
  const input = { finding: lead, repository, readFile, sample, maxBenignBlockRate };
  return { findings, format, sample, draft: await draftOrHold(format, input) };
}

async function draftOrHold(
  format: SurfaceFormat,
  input: Parameters<SurfaceFormat["draft"]>[0],
): Promise<SurfaceDraft> {
  try {
    return await format.draft(input);
  } catch (error) {
    if (!(error instanceof ForgeError)) {
      throw error;
    }
    const summary = "Make the change by hand: the target cannot be edited.";
    const nothing = { control: "", edits: [], backtest: null, isInPlace: false };
    return { ...nothing, summary, hold: error.message };
  }
}

/** The draft as the log keeps it. */
export function toDraftData(
  context: FeedbackContext,
  proposalId: string,
  { findings: { lead, others }, format, draft }: MadeDraft,
): DraftData {
  const { config } = context;
  const { fingerprint, service, environment, type } = lead;
  const { surface } = format;
  const repository = repositoryOf(config.repositories, service);
  const title = proposalTitle(surface, type, fingerprint);
  const hold = filingHold(context, { repository, draftHold: draft.hold, finding: lead });
  const { summary, backtest } = draft;
  const { maxDays } = config.verification;
  return {
    fingerprint,
    fingerprints: [lead, ...others].map((finding) => finding.fingerprint),
    surface,
    target: {
      repository: repository?.id ?? "",
      path: format.path(repository),
      format: format.format,
    },
    enforcement: format.enforcement,
    title,
    summary,
    control: draft.control,
    body: proposalPage({
      proposalId,
      title,
      summary,
      surface,
      finding: lead,
      others,
      backtest,
      hold,
      maxDays,
    }),
    patch: unifiedDiff(draft.edits),
    files: draft.edits.map((edit) => ({ ...edit })),
    findings: [lead, ...others].map(({ id }) => id),
    changes: changesOf(lead),
    service,
    environment,
    findingType: type,
    backtest,
    draftHold: draft.hold,
    hold,
    requestedBy: "",
  };
}

const maxChanges = 3;

/** The likeliest changes behind a finding, at most three. */
export function changesOf({ attribution }: Pick<Finding, "attribution">): string[] {
  return attribution
    .toSorted((a, b) => b.probability - a.probability)
    .flatMap(({ changeId }) => changeId ?? [])
    .slice(0, maxChanges);
}
