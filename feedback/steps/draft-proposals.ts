import { readFinding } from "../../core/findings/read-findings.ts";
import type { Finding } from "../../core/model/finding.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Surface } from "../../core/model/proposal.ts";
import { ForgeError } from "../forge/forge.ts";
import { proposalPage } from "../forge/proposal-page.ts";
import { gate } from "../gate.ts";
import { statusAt } from "../proposals/finding-status.ts";
import { readCallSample } from "../read-call-sample.ts";
import { surfaceFormats } from "../surfaces/index.ts";
import type { SurfaceDraft, SurfaceFormat } from "../surfaces/surface-format.ts";
import { unifiedDiff } from "../text/unified-diff.ts";
import { type FeedbackContext, forEachAlone, repositoryOf } from "./feedback-context.ts";
import { filingHold } from "./filing-hold.ts";
import { type Candidate, readCandidates, readCriticalSuccess } from "./read-candidates.ts";
import { proposalTitle } from "./titles.ts";

/** Drafts proposals for every finding that passes the gate. */
export function createDraftStep(context: FeedbackContext): () => Promise<void> {
  // A finding that was looked at is looked at again only once it or the log has changed.
  const seen = new Map<string, string>();

  return async () => {
    const candidates = await readCandidates(context.reads, context.clock.now());
    await forEachAlone(context, candidates, consider);
  };

  async function consider(candidate: Candidate): Promise<void> {
    const key = `${candidate.tenant}/${candidate.id}`;
    if (seen.get(key) === markOf(candidate)) {
      return;
    }
    for (const surface of await openSurfaces(context, candidate)) {
      await draftSurface(context, candidate, surface);
    }
    seen.set(key, markOf(candidate));
  }

  function markOf({ revision }: Candidate): string {
    return `${revision}/${context.ledger.position()}`;
  }
}

async function openSurfaces(
  context: FeedbackContext,
  candidate: Candidate,
): Promise<readonly Surface[]> {
  const { ledger, clock, config, reads } = context;
  const { tenant, id } = candidate;
  const hasSupport = candidate.sessions >= config.minSessions;
  const result = gate(
    {
      finding: candidate,
      status: statusAt(ledger.findingStatus(tenant, id), clock.now()),
      criticalSuccess: !hasSupport && (await readCriticalSuccess(reads, candidate)),
      proposals: ledger.proposals(),
      nowUnixMs: clock.now(),
    },
    config,
  );
  return result.pass ? result.surfaces : [];
}

async function draftSurface(
  context: FeedbackContext,
  candidate: Candidate,
  surface: Surface,
): Promise<void> {
  const finding = await readFinding(context.reads, candidate.tenant, candidate.id);
  const format = surfaceFormats.find((known) => known.surface === surface);
  if (finding === null || format === undefined) {
    return;
  }
  const draft = await makeDraft(context, finding, format);
  if (!draft.isInPlace) {
    await storeDraft(context, finding, { format, draft });
  }
}

async function makeDraft(
  { reads, config, forge }: FeedbackContext,
  finding: Finding,
  format: SurfaceFormat,
): Promise<SurfaceDraft> {
  const repository = repositoryOf(config.repositories, finding.service);
  async function readFile(path: string): Promise<string | null> {
    return repository === null ? null : forge.readFile(repository, path);
  }
  const sample = await readCallSample(reads, finding);
  const { maxBenignBlockRate } = config;
  try {
    return await format.draft({ finding, repository, readFile, sample, maxBenignBlockRate });
  } catch (error) {
    if (!(error instanceof ForgeError)) {
      throw error;
    }
    const summary = "Make the change by hand: the target cannot be edited.";
    return { summary, edits: [], backtest: null, hold: error.message, isInPlace: false };
  }
}

async function storeDraft(
  context: FeedbackContext,
  finding: Finding,
  { format, draft }: { readonly format: SurfaceFormat; readonly draft: SurfaceDraft },
): Promise<void> {
  const { config, ledger } = context;
  const { tenant, fingerprint, service, environment, type } = finding;
  const { surface } = format;
  const repository = repositoryOf(config.repositories, service);
  const earlier = ledger
    .proposals()
    .filter((record) => record.fingerprint === fingerprint && record.proposal.surface === surface);
  const id = stableId("proposal", tenant, fingerprint, surface, String(earlier.length));
  const title = proposalTitle(surface, type, fingerprint);
  const hold = filingHold(context, { repository, draftHold: draft.hold, finding });
  await context.draft(tenant, id, {
    fingerprint,
    surface,
    target: {
      repository: repository?.id ?? "",
      path: format.path(repository),
      format: format.format,
    },
    enforcement: format.enforcement,
    title,
    summary: draft.summary,
    body: proposalPage({
      proposalId: id,
      title,
      summary: draft.summary,
      surface,
      finding,
      backtest: draft.backtest,
      hold,
      maxDays: config.verification.maxDays,
    }),
    patch: unifiedDiff(draft.edits),
    files: draft.edits.map((edit) => ({ ...edit })),
    findings: [finding.id],
    changes: changesOf(finding),
    service,
    environment,
    findingType: type,
    backtest: draft.backtest,
    draftHold: draft.hold,
    hold,
    requestedBy: "",
  });
}

const maxChanges = 3;

/** The likeliest changes behind a finding, at most three. */
export function changesOf({ attribution }: Pick<Finding, "attribution">): string[] {
  return attribution
    .toSorted((a, b) => b.probability - a.probability)
    .flatMap(({ changeId }) => changeId ?? [])
    .slice(0, maxChanges);
}
