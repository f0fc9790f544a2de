import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import type { Store } from "../../core/store/store.ts";
import type { MetricsRegistry } from "../../core/telemetry/metrics.ts";
import type { UserRules } from "../rules/open-user-rules.ts";
import { createVerdictBook } from "../verdicts/verdict-book.ts";
import { createGuard, type Guard } from "./guard.ts";
import { type CompileGuardrail, createGuardrailBook } from "./guardrail-book.ts";

export interface StartGuardOptions {
  readonly config: Pick<Config, "analyzer" | "guard" | "feedback">;
  readonly reads: Store;
  readonly rules: UserRules;
  readonly compile: CompileGuardrail;
  readonly maskKey: string;
  readonly metrics: MetricsRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningGuard extends Guard {
  /** Compares with the store now, rather than within a second. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

const refreshMs = 1000;

/** The guard with what keeps it up to date: guardrails follow their approval within 2 s. */
export async function startGuard(options: StartGuardOptions): Promise<RunningGuard> {
  const { config, rules, metrics, logger } = options;
  const guardrails = createGuardrailBook({
    ...options,
    repositories: config.feedback.repositories,
  });
  const verdicts = createVerdictBook(options.reads);
  const guard = createGuard({ ...options, guardrails, verdicts });
  metrics.gauge("telltale.rules.loaded", () => rules.count());
  metrics.gauge("telltale.guard.guardrails", () => guardrails.inForce());
  metrics.gauge("telltale.guard.guardrails.unread", () => guardrails.unread());
  metrics.gauge("telltale.guard.guardrails.age", () => guardrails.ageMs() / 1000);
  const failing = new Set<string>();

  function refreshRules(): void {
    const { changed, problems } = rules.refresh();
    if (problems.length > 0) {
      metrics.count("telltale.guard.refresh.failures", 1, { what: "rules" });
      logger.warn({ problems }, "Rules not taken over; the last ones stay in force");
    } else if (changed) {
      logger.info({ rules: rules.count() }, "Rules taken over");
    }
  }

  /** Counts every failure and logs the first of a row. */
  async function attempt(what: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
      failing.delete(what);
    } catch (error) {
      metrics.count("telltale.guard.refresh.failures", 1, { what });
      if (!failing.has(what)) {
        logger.warn({ err: error, what }, "The guard goes on with what it read last");
      }
      failing.add(what);
    }
  }

  async function refresh(): Promise<void> {
    refreshRules();
    await attempt("guardrails", () => guardrails.refresh());
    await attempt("verdicts", () => verdicts.refresh());
  }

  await refresh();
  const poller = repeat(refresh, refreshMs);
  return { ...guard, refresh, stop: () => poller.stop() };
}

/** Runs a task again and again, a pause after each end; stopping waits for the run in hand. */
function repeat(task: () => Promise<void>, pauseMs: number): { stop(): Promise<void> } {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function schedule(): void {
    timer = setTimeout(() => {
      running = task().then(() => (stopped ? undefined : schedule()));
    }, pauseMs);
    timer.unref();
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
