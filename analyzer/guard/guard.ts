import type { Config } from "../../core/config/config.ts";
import type { Metrics } from "../../core/telemetry/metrics.ts";
import { contentDetectors } from "../detectors/content/registry.ts";
import { createHostList } from "../detectors/hosts/host-list.ts";
import { readPackageIndex } from "../detectors/packages/package-index.ts";
import { createContentScanner } from "../inspect/content-scanner.ts";
import { content } from "../normalize/content.ts";
import { createRedactor, type Sighting } from "../redact/redactor.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { VerdictBook } from "../verdicts/verdict-book.ts";
import { decide } from "./decide-action.ts";
import type { GuardAnswer, GuardRequest } from "./guard-request.ts";
import type { GuardrailBook } from "./guardrail-book.ts";
import { maskMatches } from "./mask-matches.ts";

/** Judges one content at a time, in memory and without waiting for anything. */
export interface Guard {
  judge(tenant: string, request: GuardRequest): GuardAnswer;
}

export interface GuardDependencies {
  readonly config: Pick<Config, "analyzer" | "guard">;
  /** Of the masks, so that a secret has the same mask here as in what is stored. */
  readonly maskKey: string;
  readonly rules: RuleSet;
  readonly guardrails: Pick<GuardrailBook, "match">;
  readonly verdicts: Pick<VerdictBook, "judged">;
  readonly metrics: Pick<Metrics, "count" | "observe">;
}

/** The detectors of the pipeline and the approved guardrails, asked before something happens. */
export function createGuard(dependencies: GuardDependencies): Guard {
  const { config, guardrails, verdicts, metrics } = dependencies;
  const redactor = createRedactor(dependencies.maskKey, dependencies.rules);
  const { disabledDetectors, disabledTypes, allowedHosts } = config.analyzer;
  const scan = createContentScanner(
    contentDetectors.filter(
      ({ id, type }) => !disabledDetectors.includes(id) && !disabledTypes.includes(type),
    ),
    createHostList(allowedHosts),
    redactor,
    readPackageIndex(config.analyzer.packageLists),
  );

  function judge(tenant: string, request: GuardRequest): GuardAnswer {
    const { direction, context } = request;
    const sightings: Sighting[] = [];
    const text = redactor.text(request.content, "content", sightings);
    const tool = context.tool ?? commandTool(request);
    const one = content(direction, text, { location: "content", tool });
    const { matches, failures, truncated } = scan({
      contents: [one],
      sightings,
      executed: false,
      failed: false,
      unmasked: false,
    });
    const met = guardrails.match(tenant, request);
    const unchecked = [
      ...(failures.length > 0 ? ["detector_failed"] : []),
      ...(truncated ? ["truncated"] : []),
      ...(met === null && direction === "tool_call" ? ["guardrails_unknown"] : []),
    ];
    for (const reason of unchecked) {
      metrics.count("telltale.guard.failures", 1, { reason, answered: config.guard.onFailure });
    }
    const place = { tenant, service: context.service ?? "", tool };
    const judged = {
      matches: verdicts.judged(place, matches),
      guardrails: met ?? [],
      failures: unchecked,
    };
    const { action, reasons } = decide(judged, config.guard);
    return action === "redact"
      ? { action, redacted: maskMatches(text, matches), reasons }
      : { action, reasons };
  }

  return {
    judge: (tenant, request) => {
      const startedAt = performance.now();
      const answer = judge(tenant, request);
      const { direction } = request;
      metrics.observe("telltale.guard.duration", (performance.now() - startedAt) / 1000);
      metrics.count("telltale.guard.requests", 1, { direction, action: answer.action });
      return answer;
    },
  };
}

/** A call without a tool's name and without JSON can only be a command. */
function commandTool({ direction, content: given }: GuardRequest): string {
  return direction === "tool_call" && !/^\s*[[{]/.test(given) ? "shell" : "";
}
