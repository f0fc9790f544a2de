import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";

/** Something that is looked at again and again. */
export interface Probe {
  /** Which part of the process it speaks of, such as `queue`. */
  readonly part: string;
  /** What is wrong in one sentence, or `null`. May throw: then that is what is wrong. */
  readonly check: () => Promise<string | null> | string | null;
  /** Worth a person's look, but no reason to turn traffic away. */
  readonly isWarning?: boolean;
}

export interface HealthReason {
  readonly part: string;
  /** In words, for a person. */
  readonly reason: string;
  /** RFC 3339 UTC: since when the part has been in trouble. */
  readonly since: string;
}

/** Whether the process can do its work, known at every moment. */
export interface Health {
  /** Why it should get no traffic; empty when it is ready. Answers at once. */
  reasons(): readonly HealthReason[];
  /** What a person should look at although the process is ready. */
  warnings(): readonly HealthReason[];
  /** Runs every probe now. */
  check(): Promise<void>;
  stop(): void;
}

export interface HealthOptions {
  readonly probes: readonly Probe[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs?: number;
  /** A probe without an answer after so long is itself a reason. */
  readonly timeoutMs?: number;
}

interface Watched {
  readonly probe: Probe;
  trouble: { readonly reason: string; readonly sinceUnixMs: number } | null;
  running: Promise<string | null> | null;
}

/**
 * Runs the probes in the background, each second and each for itself: one that hangs is reported
 * and not started again until it has answered.
 */
export function startHealth(options: HealthOptions): Health {
  const { probes, intervalMs = 1000 } = options;
  const watched = probes.map((probe): Watched => ({ probe, trouble: null, running: null }));

  async function check(): Promise<void> {
    await Promise.all(watched.map((entry) => checkOne(options, entry)));
  }

  void check();
  const timer = setInterval(() => void check(), intervalMs);
  timer.unref();
  return {
    reasons: () => watched.filter(({ probe }) => probe.isWarning !== true).flatMap(reasonOf),
    warnings: () => watched.filter(({ probe }) => probe.isWarning === true).flatMap(reasonOf),
    check,
    stop: () => clearInterval(timer),
  };
}

function reasonOf({ probe, trouble }: Watched): HealthReason[] {
  return trouble === null
    ? []
    : [
        {
          part: probe.part,
          reason: trouble.reason,
          since: new Date(trouble.sinceUnixMs).toISOString(),
        },
      ];
}

async function checkOne(
  { clock, logger, timeoutMs = 3000 }: HealthOptions,
  entry: Watched,
): Promise<void> {
  const { probe } = entry;
  entry.running ??= answerOf(probe).finally(() => {
    entry.running = null;
  });
  const reason = await Promise.race([entry.running, lateAfter(timeoutMs)]);
  const before = entry.trouble;
  entry.trouble =
    reason === null ? null : { reason, sinceUnixMs: before?.sinceUnixMs ?? clock.now() };
  if (before === null && reason !== null) {
    logger.warn({ part: probe.part, reason }, "A part of the process is in trouble");
  } else if (before !== null && reason === null) {
    logger.info({ part: probe.part }, "A part of the process has recovered");
  }
}

async function answerOf({ check }: Probe): Promise<string | null> {
  try {
    return await check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function lateAfter(ms: number): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  setTimeout(() => resolve(`no answer within ${ms / 1000} s`), ms).unref();
  return promise;
}
