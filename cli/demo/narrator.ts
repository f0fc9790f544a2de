import { styleText } from "node:util";
import type { AttributionEntry, Finding } from "../../core/model/finding.ts";
import type { Proposal } from "../../core/model/proposal.ts";
import { printable, printLine } from "../print.ts";

export interface LineageNode {
  readonly id: string;
  readonly kind: string;
  readonly label?: string;
  readonly prompt?: string;
  readonly intent?: string;
}

/** Prints the demo's steps, each with the time since the start. */
export interface Narrator {
  step(title: string, lines: readonly string[]): void;
  finding(finding: Finding): void;
  lineage(lineage: { readonly nodes: readonly LineageNode[] }): void;
  attribution(entries: readonly AttributionEntry[], expected: string): void;
  proposal(proposal: Proposal): void;
  verdict(proposal: Proposal): void;
  end(ready: { readonly api: string; readonly otlpHttp: string }): void;
}

export function createNarrator(): Narrator {
  const startedAt = performance.now();
  function step(title: string, lines: readonly string[]): void {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
    printLine(`${dim(`${seconds} s`)}  ${strong(printable(title))}`);
    lines.forEach((line) => printLine(`         ${line}`));
  }
  return {
    step,
    finding: (finding) => step(`Found: ${finding.title}`, findingLines(finding)),
    lineage: ({ nodes }) => step("The chain back", lineageLines(nodes)),
    attribution: (entries, expected) =>
      step("How probable each change is", attributionLines(entries, expected)),
    proposal: (proposal) => step(`Proposed: ${proposal.title}`, proposalLines(proposal)),
    verdict: (proposal) => step(`Verdict: ${proposal.state}`, verdictLines(proposal)),
    end: (ready) =>
      step("The loop is closed", [
        `Console  ${ready.api}/`,
        `API      ${ready.api}/api/v1/findings`,
        `OTLP     ${ready.otlpHttp}`,
      ]),
  };
}

function findingLines({ severity, occurrences, firstSeen, evidence, taxonomy }: Finding): string[] {
  const shown = evidence.slice(0, 2).map((item) => dim(`| ${printable(item.excerpt)}`));
  return [
    `${severity}, seen ${occurrences} times since ${firstSeen}`,
    [...taxonomy.owaspLlm.slice(0, 1), ...taxonomy.owaspAgentic, ...taxonomy.atlas].join(", "),
    ...shown,
  ];
}

const chainKinds = ["deployment", "commit", "pull_request", "agent_session", "prompt", "intent"];

function lineageLines(nodes: readonly LineageNode[]): string[] {
  return chainKinds.flatMap((kind) =>
    nodes
      .filter((node) => node.kind === kind)
      .map((node) => `${kind.padEnd(14)} ${printable(node.prompt ?? node.label ?? node.id)}`),
  );
}

function attributionLines(entries: readonly AttributionEntry[], expected: string): string[] {
  return entries.slice(0, 4).flatMap(({ changeId, kind, probability, reasons }) => {
    const percent = `${(probability * 100).toFixed(1)} %`.padStart(7);
    const name = changeId === null ? "none of these" : `${kind} ${changeId.slice(0, 12)}`;
    const mark = changeId === expected ? "  ← the agent session's commit" : "";
    return [
      `${percent}  ${printable(name)}${mark}`,
      ...reasons.slice(0, 3).map((reason) => dim(`         ${printable(reason)}`)),
    ];
  });
}

function proposalLines({
  surface,
  enforcement,
  target,
  backtest,
  forge,
  patch,
}: Proposal): string[] {
  const tested =
    backtest === null
      ? []
      : [
          `back-test: would have stopped ${backtest.flaggedCaught} of ${backtest.flaggedTotal} ` +
            `flagged and ${backtest.benignBlocked} of ${backtest.benignTotal} other calls`,
        ];
  return [
    `${surface}, ${enforcement}: ${target.path} on branch ${forge?.number ?? "none"}`,
    ...tested,
    ...patch.trimEnd().split("\n").map(diffLine),
  ];
}

function diffLine(line: string): string {
  const text = printable(line);
  if (line.startsWith("+")) {
    return styleText("green", text);
  }
  return line.startsWith("-") ? styleText("red", text) : dim(text);
}

function verdictLines({ verification }: Proposal): string[] {
  if (verification === null) {
    return [];
  }
  const { before, after, evalue, notes } = verification;
  return [
    `before: ${before.findings} of ${before.exposure} sessions, ${before.from} to ${before.to}`,
    `after:  ${after.findings} of ${after.exposure} sessions, ${after.from} to ${after.to}`,
    `e-value ${evalue.toPrecision(3)}`,
    ...notes.map(printable),
  ];
}

function dim(text: string): string {
  return styleText("dim", text);
}

function strong(text: string): string {
  return styleText("bold", text);
}
