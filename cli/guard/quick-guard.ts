import { answerGuard } from "./answer-guard.ts";

/**
 * `telltale guard` without the command line's parser, which takes as long to load as all the
 * rest. Anything but plain options is left to that parser, which also knows help and mistakes.
 */
export async function quickGuard(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const given = new Map<string, string>();
  for (const arg of args) {
    const [, name, value] = /^--(on-failure|timeout|config)=(.+)$/.exec(arg) ?? [];
    if (name === undefined || value === undefined) {
      return viaParser();
    }
    given.set(name, value);
  }
  const onFailure = given.get("on-failure") ?? env["TELLTALE_GUARD_ON_FAILURE"] ?? "open";
  const timeout = given.get("timeout") ?? "1000";
  if ((onFailure !== "open" && onFailure !== "closed") || !/^[1-9]\d{0,5}$/.test(timeout)) {
    return viaParser();
  }
  const configFile = given.get("config") ?? env["TELLTALE_CONFIG"] ?? "";
  return answerGuard({ onFailure, timeoutMs: Number(timeout), configFile, env });
}

async function viaParser(): Promise<void> {
  await import("../telltale.ts");
}
