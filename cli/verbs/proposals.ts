import type { Command } from "commander";
import type { Proposal } from "../../core/model/proposal.ts";
import { createApiClient } from "../api-client.ts";
import { printable, printJson, printLine, printTable } from "../print.ts";

export function registerProposals(program: Command): void {
  const proposals = program.command("proposals").description("What Telltale proposes");
  proposals
    .command("list", { isDefault: true })
    .description("List proposals, newest first")
    .option("--limit <n>", "how many", "50")
    .option("--json", "one line of JSON per proposal")
    .action(list);
  proposals
    .command("show")
    .description("One proposal with its diff, back-test and verification")
    .argument("<id>")
    .option("--json", "the API's JSON")
    .action(show);
  for (const decision of ["approve", "reject"] as const) {
    proposals
      .command(decision)
      .description(`${decision === "approve" ? "Approve" : "Reject"} a proposal, with a reason`)
      .argument("<id>")
      .requiredOption("--reason <text>", "why; kept in the audit log")
      .action((id: string, options: { reason: string }) => decide(id, decision, options.reason));
  }
}

async function list(options: { json?: boolean; limit: string }): Promise<void> {
  const client = createApiClient(process.env);
  const path = `/api/v1/proposals?limit=${encodeURIComponent(options.limit)}`;
  const { items } = await client.get<{ items: readonly Proposal[] }>(path);
  if (options.json === true) {
    items.forEach(printJson);
    return;
  }
  if (items.length === 0) {
    printLine("No proposals.");
    return;
  }
  printTable(
    ["id", "surface", "state", "target", "title"],
    items.map((proposal) => [
      proposal.id,
      proposal.surface,
      proposal.state,
      proposal.target.path,
      proposal.title,
    ]),
  );
}

async function show(id: string, options: { json?: boolean }): Promise<void> {
  const client = createApiClient(process.env);
  const proposal = await client.get<Proposal>(`/api/v1/proposals/${encodeURIComponent(id)}`);
  if (options.json === true) {
    printJson(proposal);
    return;
  }
  printLine(`${printable(proposal.title)}  [${proposal.surface}, ${proposal.state}]`);
  const { backtest, verification } = proposal;
  if (backtest !== null) {
    printLine(
      `Back-test: would have stopped ${backtest.flaggedCaught} of ${backtest.flaggedTotal} ` +
        `flagged and ${backtest.benignBlocked} of ${backtest.benignTotal} other calls.`,
    );
  }
  if (verification !== null) {
    const { before, after } = verification;
    printLine(
      `Verification: ${verification.state}; ${before.findings} of ${before.exposure} sessions ` +
        `before, ${after.findings} of ${after.exposure} after (e-value ${verification.evalue}).`,
    );
  }
  printLine();
  proposal.patch.split("\n").forEach((line) => printLine(printable(line)));
}

async function decide(id: string, decision: "approve" | "reject", reason: string): Promise<void> {
  const client = createApiClient(process.env);
  const path = `/api/v1/proposals/${encodeURIComponent(id)}/${decision}`;
  printJson(await client.post(path, { reason }));
}
