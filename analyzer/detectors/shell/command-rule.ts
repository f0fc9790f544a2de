import type { Severity } from "../../../core/model/finding.ts";
import type { HostList } from "../hosts/host-list.ts";
import type { Pipeline, ShellCommand } from "./script.ts";

/** A kind of harm that a script can do, told from what it reads and where that goes. */
export interface CommandRule {
  readonly id: string;
  readonly severity: Severity;
  readonly strength: "weak" | "strong";
  readonly score: number;
  /** The line that does it, or `null`. */
  readonly find: (script: Script) => string | null;
}

export interface Script {
  readonly pipelines: readonly Pipeline[];
  readonly commands: readonly ShellCommand[];
  /** The text as written, for what expansion loses. */
  readonly source: string;
  readonly allowedHosts: HostList;
}

/** Clients that fetch a file. */
export const downloaders = /^(?:curl|wget|fetch|aria2c|Invoke-WebRequest|iwr)$/i;

/** A rule that is a finding alone. */
export function rule(
  id: string,
  severity: Severity,
  score: number,
  find: CommandRule["find"],
): CommandRule {
  return { id, severity, score, strength: "strong", find };
}

/** A rule that is only an observation. */
export function weakRule(id: string, severity: Severity, find: CommandRule["find"]): CommandRule {
  return { id, severity, score: 0.5, strength: "weak", find };
}

/** The first pipeline that passes the test, as one line. */
export function firstLine(
  pipelines: readonly Pipeline[],
  test: (pipeline: Pipeline) => boolean,
): string | null {
  const found = pipelines.find(test);
  return found === undefined ? null : found.map(({ line }) => line).join(" | ");
}

/** The first command that passes the test, as one line. */
export function firstCommand(
  commands: readonly ShellCommand[],
  test: (command: ShellCommand) => boolean,
): string | null {
  return commands.find(test)?.line ?? null;
}
