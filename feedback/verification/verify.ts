import type { Clock } from "../../core/clock.ts";
import type { Verification } from "../../core/model/proposal.ts";
import type { Store } from "../../core/store/store.ts";
import { hasRegressed, type Measurement } from "./decide.ts";
import type { PairedCell } from "./e-process.ts";
import {
  baselineEnd,
  baselineStart,
  type HourPair,
  hourMs,
  type PairingPlan,
  pairHours,
} from "./pair-hours.ts";
import {
  type Exposure,
  type FindingScope,
  type HourlyCounts,
  readControlSessions,
  readEventTime,
  readExposure,
  readFindingSessions,
} from "./read-counts.ts";
import { readDetectorProblems } from "./read-heartbeats.ts";

/** A deployed proposal whose effect is to be measured. */
export interface VerificationSubject {
  readonly tenant: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly service: string;
  readonly environment: string;
  /** First detection of the finding; earlier hours are no baseline. */
  readonly onsetUnixMs: number;
  /** Roll-out of the deployment that contains the merge. */
  readonly deployStartedUnixMs: number;
  readonly deployedUnixMs: number;
}

export interface VerifierDependencies {
  readonly reads: Store;
  readonly clock: Clock;
  readonly baselineWeeks: number;
  readonly maxDays: number;
}

const dayMs = 24 * hourMs;
/** Event time runs ahead of what has arrived by as much as the windows' watermark allows. */
const watermarkMs = 120_000;
/** Trace detectors wait 10 s for a quiet trace; an hour with younger arrivals is not settled. */
const settleMs = 15_000;

/**
 * Reads what is known at this moment of event time. Undefined while no hour after the
 * deployment is settled, or none was added since `sinceUnixMs`.
 */
export async function measure(
  dependencies: VerifierDependencies,
  subject: VerificationSubject,
  sinceUnixMs = 0,
): Promise<Measurement | undefined> {
  const plan = await planUntilNow(dependencies, subject);
  const exposure = plan && (await readExposure(dependencies.reads, scopeOf(subject, plan)));
  if (plan === undefined || exposure === undefined) {
    return undefined;
  }
  const settled = settledPlan(plan, exposure, dependencies.clock.now());
  const pairs = pairHours(settled);
  const firstHour = Math.ceil(settled.afterFromUnixMs / hourMs) * hourMs;
  if (settled.afterToUnixMs < firstHour + hourMs || settled.afterToUnixMs <= sinceUnixMs) {
    return undefined;
  }
  return measureSettled(dependencies, subject, { plan: settled, pairs, exposure });
}

interface SettledHours {
  readonly plan: PairingPlan;
  readonly pairs: readonly HourPair[];
  readonly exposure: Exposure;
}

async function measureSettled(
  dependencies: VerifierDependencies,
  subject: VerificationSubject,
  { plan, pairs, exposure }: SettledHours,
): Promise<Measurement> {
  const { reads } = dependencies;
  const scope = scopeOf(subject, plan);
  const attempts = await readFindingSessions(reads, scope, false);
  const successes = await readFindingSessions(reads, scope, true);
  const baselineHours = hoursBetween(baselineStart(plan), baselineEnd(plan));
  const countsSuccesses = sumOver(successes, baselineHours) > 0;
  const counts = countsSuccesses ? successes : attempts;
  const attemptCells = cellsOf(pairs, attempts, exposure.sessions);
  const hours = hoursBetween(plan.afterFromUnixMs, plan.afterToUnixMs).filter(
    (hour) => (exposure.sessions.get(hour) ?? 0) > 0,
  );
  return {
    cells: cellsOf(pairs, counts, exposure.sessions),
    attempts: {
      before: attemptCells.reduce((sum, cell) => sum + cell.before, 0),
      after: attemptCells.reduce((sum, cell) => sum + cell.after, 0),
    },
    countsSuccesses,
    baselineFindings: sumOver(counts, baselineHours),
    baselineDays: dayBlocks(baselineHours, counts, exposure.sessions),
    control: await controlCells(dependencies, subject, { plan, pairs }),
    detectorProblems: await readDetectorProblems(reads, scope, { type: subject.type, hours }),
    beforePeriod: period(baselineStart(plan), baselineEnd(plan)),
    afterPeriod: period(plan.afterFromUnixMs, plan.afterToUnixMs),
    elapsedDays: (plan.afterToUnixMs - plan.afterFromUnixMs) / dayMs,
    now: new Date(plan.afterToUnixMs).toISOString(),
  };
}

/** Whether an effective fix has worn off since its verdict, at most 30 days later. */
export async function measureRegression(
  dependencies: VerifierDependencies,
  subject: VerificationSubject,
  { effective, alpha }: { readonly effective: Verification; readonly alpha: number },
): Promise<Verification | undefined> {
  const decidedAt = Date.parse(effective.decidedAt ?? "");
  const full = await planUntilNow(dependencies, subject);
  if (full === undefined || Number.isNaN(decidedAt)) {
    return undefined;
  }
  const plan = { ...full, afterFromUnixMs: decidedAt };
  const scope = { ...scopeOf(subject, plan), splitUnixMs: decidedAt };
  const exposure = await readExposure(dependencies.reads, scope);
  const settled = settledPlan(plan, exposure, dependencies.clock.now());
  const pairs = pairHours(settled);
  const cells = await testedCells(dependencies.reads, scope, { plan: settled, pairs, exposure });
  if (!hasRegressed(cells, effective, alpha)) {
    return undefined;
  }
  const findings = cells.reduce((sum, cell) => sum + cell.after, 0);
  const exposed = cells.reduce((sum, cell) => sum + cell.exposureAfter, 0);
  return {
    ...effective,
    state: "regressed",
    after: { ...period(decidedAt, settled.afterToUnixMs), findings, exposure: exposed },
    decidedAt: new Date(settled.afterToUnixMs).toISOString(),
    notes: ["The finding came back after the verdict."],
  };
}

async function testedCells(
  reads: Store,
  scope: FindingScope,
  { plan, pairs, exposure }: SettledHours,
): Promise<PairedCell[]> {
  const baselineHours = hoursBetween(baselineStart(plan), baselineEnd(plan));
  const successes = await readFindingSessions(reads, scope, true);
  const counts =
    sumOver(successes, baselineHours) > 0
      ? successes
      : await readFindingSessions(reads, scope, false);
  return cellsOf(pairs, counts, exposure.sessions);
}

async function planUntilNow(
  { reads, clock, baselineWeeks, maxDays }: VerifierDependencies,
  subject: VerificationSubject,
): Promise<PairingPlan | undefined> {
  const horizon = subject.deployedUnixMs + (maxDays + 30) * dayMs;
  const eventTime = await readEventTime(reads, {
    tenant: subject.tenant,
    service: subject.service,
    environment: subject.environment,
    fromUnixMs: subject.deployedUnixMs,
    toUnixMs: Math.min(horizon, clock.now() + dayMs),
  });
  if (eventTime === 0) {
    return undefined;
  }
  return {
    afterFromUnixMs: subject.deployedUnixMs,
    afterToUnixMs: Math.floor((eventTime - watermarkMs) / hourMs) * hourMs,
    beforeToUnixMs: Math.min(subject.deployStartedUnixMs, subject.deployedUnixMs),
    onsetUnixMs: subject.onsetUnixMs,
    weeks: baselineWeeks,
  };
}

/** Ends the plan before the first hour after the deployment that is still receiving spans. */
function settledPlan(plan: PairingPlan, exposure: Exposure, nowUnixMs: number): PairingPlan {
  const unsettled = [...exposure.receivedUnixMs]
    .filter(([hour, received]) => hour >= plan.afterFromUnixMs && nowUnixMs - received < settleMs)
    .map(([hour]) => hour);
  return { ...plan, afterToUnixMs: Math.min(plan.afterToUnixMs, ...unsettled) };
}

function scopeOf(subject: VerificationSubject, plan: PairingPlan): FindingScope {
  const { tenant, service, environment, fingerprint } = subject;
  return {
    tenant,
    service,
    environment,
    fingerprint,
    fromUnixMs: Math.min(baselineStart(plan), plan.afterFromUnixMs),
    toUnixMs: plan.afterToUnixMs,
    splitUnixMs: plan.afterFromUnixMs,
  };
}

/** The control needs at least as many baseline findings as the finding itself. */
const minControlFindings = 7;

async function controlCells(
  { reads }: VerifierDependencies,
  subject: VerificationSubject,
  { plan, pairs }: { readonly plan: PairingPlan; readonly pairs: readonly HourPair[] },
): Promise<PairedCell[]> {
  const scope = scopeOf(subject, plan);
  const counts = await readControlSessions(reads, scope, subject.type);
  const hours = pairs.map(({ beforeUnixMs }) => beforeUnixMs);
  if (sumOver(counts, hours) < minControlFindings) {
    return [];
  }
  const exposure = await readExposure(reads, scope, true);
  return cellsOf(pairs, counts, exposure.sessions);
}

function cellsOf(
  pairs: readonly HourPair[],
  counts: HourlyCounts,
  exposure: HourlyCounts,
): PairedCell[] {
  return pairs.map(({ beforeUnixMs, afterUnixMs }) => ({
    before: counts.get(beforeUnixMs) ?? 0,
    after: counts.get(afterUnixMs) ?? 0,
    exposureBefore: exposure.get(beforeUnixMs) ?? 0,
    exposureAfter: exposure.get(afterUnixMs) ?? 0,
  }));
}

function dayBlocks(hours: readonly number[], counts: HourlyCounts, exposure: HourlyCounts) {
  const days = Map.groupBy(hours, (hour) => Math.floor(hour / dayMs));
  return [...days.values()].map((ofDay) => ({
    count: sumOver(counts, ofDay),
    exposure: sumOver(exposure, ofDay),
  }));
}

function hoursBetween(fromUnixMs: number, toUnixMs: number): number[] {
  const first = Math.ceil(fromUnixMs / hourMs);
  const count = Math.max(0, Math.floor(toUnixMs / hourMs) - first);
  return Array.from({ length: count }, (_, index) => (first + index) * hourMs);
}

function sumOver(counts: HourlyCounts, hours: readonly number[]): number {
  return hours.reduce((sum, hour) => sum + (counts.get(hour) ?? 0), 0);
}

function period(fromUnixMs: number, toUnixMs: number) {
  return { from: new Date(fromUnixMs).toISOString(), to: new Date(toUnixMs).toISOString() };
}
