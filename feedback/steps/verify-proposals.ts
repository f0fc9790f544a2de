import { readFinding } from "../../core/findings/read-findings.ts";
import type { Verification } from "../../core/model/proposal.ts";
import { telltaleActor } from "../proposals/proposal-commands.ts";
import type { ProposalRecord } from "../proposals/proposal-state.ts";
import { decide, type VerdictState } from "../verification/decide.ts";
import {
  measure,
  measureRegression,
  type VerificationSubject,
  type VerifierDependencies,
} from "../verification/verify.ts";
import { type FeedbackContext, forEachAlone } from "./feedback-context.ts";

/** How often a proposal is looked at: one that waits for its verdict, and one that has it. */
const intervalMs = { verifying: 10_000, effective: 600_000 } as const;
/** An effective fix is watched this long, wall clock. */
const watchMs = 31 * 86_400_000;
/** After event time has stopped, late heartbeats and detections are waited for this long. */
const lateMs = 120_000;
/** Progress is written down once per this much event time. */
const progressMs = 6 * 3_600_000;

interface LastLook {
  readonly atUnixMs: number;
  readonly advancedAtUnixMs: number;
  readonly eventTimeUnixMs: number;
}

/** Measures deployed proposals as event time goes on, and writes verdicts down. */
export function createVerifyStep(context: FeedbackContext): () => Promise<void> {
  const looks = new Map<string, LastLook>();
  const { reads, clock, config, ledger } = context;
  const { baselineWeeks, maxDays, alpha } = config.verification;
  const dependencies: VerifierDependencies = { reads, clock, baselineWeeks, maxDays };

  return async () => {
    await forEachAlone(context, ledger.proposals(), async (record) => {
      const last = looks.get(record.proposal.id);
      if (isDue(record, last, clock.now())) {
        await look(record, last);
      }
    });
  };

  async function look(record: ProposalRecord, last: LastLook | undefined): Promise<void> {
    const subject = await subjectOf(context, record);
    const now = clock.now();
    if (subject === undefined) {
      looks.set(record.proposal.id, { atUnixMs: now, advancedAtUnixMs: now, eventTimeUnixMs: 0 });
      return;
    }
    if (record.proposal.state === "effective") {
      await lookForRegression(record, subject);
      looks.set(record.proposal.id, { atUnixMs: now, advancedAtUnixMs: now, eventTimeUnixMs: 0 });
      return;
    }
    const mayBeLate = last === undefined || now - last.advancedAtUnixMs < lateMs;
    const since = mayBeLate ? 0 : last.eventTimeUnixMs;
    const measurement = await measure(dependencies, subject, since);
    const eventTime = measurement ? Date.parse(measurement.now) : (last?.eventTimeUnixMs ?? 0);
    const hasAdvanced = eventTime > (last?.eventTimeUnixMs ?? 0);
    looks.set(record.proposal.id, {
      atUnixMs: now,
      advancedAtUnixMs: hasAdvanced ? now : (last?.advancedAtUnixMs ?? now),
      eventTimeUnixMs: eventTime,
    });
    if (measurement !== undefined) {
      await writeDown(context, record, decide(measurement, { alpha, maxDays }));
    }
  }

  async function lookForRegression(record: ProposalRecord, subject: VerificationSubject) {
    const effective = record.proposal.verification;
    const verification =
      effective && (await measureRegression(dependencies, subject, { effective, alpha }));
    if (verification) {
      const { tenant, id } = record.proposal;
      const data = copied(verification);
      await context.record(tenant, id, { type: "regressed", actor: telltaleActor, data });
    }
  }
}

function isDue({ proposal }: ProposalRecord, last: LastLook | undefined, now: number): boolean {
  const { state, updatedAt } = proposal;
  if (state !== "verifying" && state !== "effective") {
    return false;
  }
  const isWatched = state === "verifying" || now - Date.parse(updatedAt) < watchMs;
  return isWatched && (last === undefined || now - last.atUnixMs >= intervalMs[state]);
}

async function subjectOf(
  { reads }: FeedbackContext,
  { proposal, fingerprint, findingType, service, environment, deployment }: ProposalRecord,
): Promise<VerificationSubject | undefined> {
  const { tenant } = proposal;
  const finding = await readFinding(reads, tenant, proposal.findings[0] ?? "");
  return finding === null || deployment === null
    ? undefined
    : {
        tenant,
        fingerprint,
        type: findingType,
        service,
        environment,
        onsetUnixMs: Date.parse(finding.firstSeen),
        deployStartedUnixMs: deployment.startedUnixMs,
        deployedUnixMs: deployment.timeUnixMs,
      };
}

async function writeDown(
  context: FeedbackContext,
  { proposal }: ProposalRecord,
  decision: { readonly state: VerdictState; readonly verification: Verification },
): Promise<void> {
  const { tenant, id } = proposal;
  const verification = withSurfaceNote(decision.verification, proposal.surface);
  if (decision.state === "verifying") {
    if (isProgress(proposal.verification, verification)) {
      await context.record(tenant, id, {
        type: "measured",
        actor: telltaleActor,
        data: copied(verification),
      });
    }
    return;
  }
  await context.record(tenant, id, {
    type: decision.state,
    actor: telltaleActor,
    data: copied(verification),
  });
}

/** A threat model stops nothing by itself: a changed rate is the doing of what it led to. */
function withSurfaceNote(verification: Verification, surface: string): Verification {
  const note = "A threat model stops nothing by itself; what fell is the doing of what it led to.";
  return surface === "threat_model"
    ? { ...verification, notes: [...verification.notes, note] }
    : verification;
}

function isProgress(previous: Verification | null, next: Verification): boolean {
  if (previous === null) {
    return true;
  }
  const advance = Date.parse(next.after.to) - Date.parse(previous.after.to);
  return advance >= progressMs || previous.notes.length !== next.notes.length;
}

function copied(verification: Verification) {
  return { verification: { ...verification, notes: [...verification.notes] } };
}
