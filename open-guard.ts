import { type RunningGuard, startGuard } from "./analyzer/guard/start-guard.ts";
import { openUserRules } from "./analyzer/rules/open-user-rules.ts";
import { maskKey } from "./core/keys/mask-key.ts";
import type { QueueKey } from "./core/keys/open-key.ts";
import type { OpenParts } from "./core/open-parts.ts";
import type { Store } from "./core/store/store.ts";
import type { MetricsRegistry } from "./core/telemetry/metrics.ts";
import { compileRule } from "./feedback/surfaces/guardrail/compile-rule.ts";
import type { StartContext } from "./start-servers.ts";

export interface GuardParts {
  readonly reads: Store;
  readonly metrics: MetricsRegistry;
  readonly queueKey: QueueKey;
}

/** The guard with the rules that people approved, as feedback understands them. */
export async function openGuard(
  { reads, metrics, queueKey }: GuardParts,
  context: StartContext,
  opened: OpenParts,
): Promise<RunningGuard> {
  const guard = await startGuard({
    ...context,
    rules: openUserRules(context.config.analyzer.ruleFiles),
    reads,
    metrics,
    maskKey: maskKey(queueKey),
    compile: compileRule,
  });
  return opened.add(guard, () => guard.stop());
}
