import { existsSync } from "node:fs";
import { join } from "node:path";
import { createGuard } from "../../analyzer/guard/guard.ts";
import { type GuardAnswer, GuardRequest } from "../../analyzer/guard/guard-request.ts";
import { openUserRules } from "../../analyzer/rules/open-user-rules.ts";
import type { Config } from "../../core/config/config.ts";
import { loadConfig } from "../../core/config/load-config.ts";
import { maskKey } from "../../core/keys/mask-key.ts";
import { openKey, openSharedKey } from "../../core/keys/open-key.ts";
import type { GuardOptions } from "./run-guard.ts";

/**
 * Judges in this process, without a service: the same detectors, but no approved guardrails,
 * which only the service knows. A tool call is then not checked in full, and `onFailure` says
 * what becomes of it.
 *
 * The file of the working folder is never read: the agent that is judged could have written it.
 */
export function judgeHere(body: string, options: GuardOptions): GuardAnswer {
  const { configFile, env, onFailure } = options;
  const { config } = loadConfig({ file: configFile, fileRequired: configFile !== "", env });
  const guard = createGuard({
    config: { ...config, guard: { ...config.guard, onFailure } },
    maskKey: maskKeyOf(config, env),
    rules: openUserRules(config.analyzer.ruleFiles),
    guardrails: { match: () => null },
    verdicts: { judged: (_place, matches) => matches },
    metrics: { count: ignored, observe: ignored },
  });
  return guard.judge("default", GuardRequest.parse(JSON.parse(body)));
}

/** Masks like those of the installation where its key can be read, else masks of our own. */
function maskKeyOf({ dataDir, keyFile }: Config, env: NodeJS.ProcessEnv): string {
  try {
    return existsSync(join(dataDir, "queue-key.json"))
      ? maskKey(openKey({ dataDir, keyFile, env, queueIsEmpty: false }))
      : maskKey(openSharedKey({ keyFile, env }));
  } catch {
    return "telltale";
  }
}

function ignored(): void {
  // Nobody collects the metrics of a process that ends at once.
}
