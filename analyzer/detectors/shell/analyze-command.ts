import type { HostList } from "../hosts/host-list.ts";
import type { CommandRule } from "./command-rule.ts";
import { commandRules } from "./command-rules.ts";
import { readScript } from "./script.ts";

export interface CommandHit {
  readonly rule: CommandRule;
  /** The expanded line that does the harm. */
  readonly line: string;
}

/** Longer scripts are read up to here. */
const maxUnits = 65_536;

/** What a shell script would do, worst first; nothing is run. */
export function analyzeCommand(source: string, allowedHosts: HostList): CommandHit[] {
  const pipelines = readScript(source.slice(0, maxUnits));
  const script = { pipelines, commands: pipelines.flat(), allowedHosts };
  const hits: CommandHit[] = [];
  for (const rule of commandRules) {
    const line = rule.find(script);
    if (line !== null) {
      hits.push({ rule, line });
    }
  }
  return worstPerLine(hits.toSorted((a, b) => b.rule.score - a.rule.score));
}

/** Drops what a worse hit says already: reading a secret file is part of sending it away. */
function worstPerLine(sorted: readonly CommandHit[]): CommandHit[] {
  return sorted.filter(
    ({ line }, index) => !sorted.slice(0, index).some((worse) => worse.line.includes(line)),
  );
}
