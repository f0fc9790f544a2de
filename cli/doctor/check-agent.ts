import type { Config } from "../../core/config/config.ts";
import type { CodingAgentId } from "../../core/model/agent-event.ts";
import { printable, printJson, printLine } from "../print.ts";
import { agentSetups } from "./agents/registry.ts";
import { askService, type ServiceAnswer } from "./ask-service.ts";

/** Prints how an agent is made to send to this service, and whether anything of it arrived. */
export async function checkAgent(
  env: NodeJS.ProcessEnv,
  config: Config,
  { agent, json }: { readonly agent: CodingAgentId; readonly json: boolean },
): Promise<void> {
  const { name, steps, switches, notes } = agentSetups[agent];
  const answer = await askService(env, config, agent);
  const { destination, running, arrived, problem } = answer;
  if (json) {
    const setup = { steps: steps(destination), switches, notes };
    printJson({ agent, name, ...destination, running, arrived, problem, ...setup });
    return;
  }
  printLine(`${name}: ${printable(inWords(answer))}`);
  for (const { where, lines } of steps(destination)) {
    printLine(`\n${where}:`);
    lines.forEach((line) => printLine(line === "" ? "" : `  ${line}`));
  }
  if (switches.length > 0) {
    printLine(
      "\nWhat the content settings disclose (masked before storage; leave out what you do not want):",
    );
  }
  for (const { setting, discloses, gives } of switches) {
    printLine(`  ${setting}`);
    printLine(`      sends ${discloses}`);
    printLine(`      with it ${gives}`);
  }
  if (notes.length > 0) {
    printLine("\nNotes:");
    notes.forEach((note) => printLine(`  ${note}`));
  }
}

function inWords({ running, arrived, problem }: ServiceAnswer): string {
  if (arrived === null) {
    const state = running ? "the service runs but did not say" : "cannot say";
    return `${state} whether data has arrived: ${problem}`;
  }
  return arrived.any
    ? `data has arrived, the last at ${arrived.lastSeen ?? "an unknown time"}`
    : "no session has arrived yet";
}
