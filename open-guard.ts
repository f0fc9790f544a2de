import type { Guard } from "./analyzer/guard/guard.ts";
import type { RunningGuard } from "./analyzer/guard/start-guard.ts";
import { maskKey } from "./core/keys/mask-key.ts";
import type { QueueKey } from "./core/keys/open-key.ts";
import type { OpenParts } from "./core/open-parts.ts";
import type { Store } from "./core/store/store.ts";
import type { MetricsRegistry } from "./core/telemetry/metrics.ts";
import type { StartContext } from "./start-servers.ts";

export interface GuardParts {
  readonly reads: Store;
  readonly metrics: MetricsRegistry;
  readonly queueKey: QueueKey;
}

/**
 * The guard with the rules that people approved, as feedback understands them. It and all its
 * detectors are loaded at the first question: who asks none saves their memory.
 *
 * @returns what gives the guard; a failed load is tried again at the next question.
 */
export function openGuard(
  parts: GuardParts,
  context: StartContext,
  opened: OpenParts,
): () => Promise<Guard> {
  let loading: Promise<RunningGuard> | null = null;
  opened.add(null, async () => (await loading?.catch(() => null))?.stop());
  return () => {
    if (loading === null) {
      loading = load(parts, context);
      loading.catch((error: unknown) => {
        context.logger.error({ err: error }, "The guard could not be loaded");
        loading = null;
      });
    }
    return loading;
  };
}

async function load(
  { reads, metrics, queueKey }: GuardParts,
  context: StartContext,
): Promise<RunningGuard> {
  const [{ startGuard }, { openUserRules }, { compileRule }] = await Promise.all([
    import("./analyzer/guard/start-guard.ts"),
    import("./analyzer/rules/open-user-rules.ts"),
    import("./feedback/surfaces/guardrail/compile-rule.ts"),
  ]);
  return startGuard({
    ...context,
    rules: openUserRules(context.config.analyzer.ruleFiles),
    reads,
    metrics,
    maskKey: maskKey(queueKey),
    compile: compileRule,
  });
}
