import type { HostList } from "../hosts/host-list.ts";
import type { CommandRule, Script } from "./command-rule.ts";
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
  const text = source.slice(0, maxUnits);
  const pipelines = readScript(text);
  const commands = pipelines.flat();
  const hits = judge({ pipelines, commands, source: text, allowedHosts });
  if (hits.length > 0 || !commands.some(({ name }) => isShouted(name))) {
    return hits;
  }
  // Where file names ignore case, `CURL` runs as well.
  const lower = text.toLowerCase();
  const read = readScript(lower);
  return judge({ pipelines: read, commands: read.flat(), source: lower, allowedHosts });
}

/** A name with capitals of a program that is written small. */
function isShouted(name: string): boolean {
  return (
    /[A-Z]/.test(name) &&
    /^(?:rm|curl|wget|nc|ncat|cat|dd|cp|mv|ls|ps|kill|chmod|chown|echo|bash|sh|python3?|find|grep|sed|awk|head|tail|iptables|crontab|systemctl|local|function|while|for|if|export|history|ssh|scp|tar|base64|tee)$/i.test(
      name,
    )
  );
}

function judge(script: Script): CommandHit[] {
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
