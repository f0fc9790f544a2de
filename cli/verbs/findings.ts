import type { Command } from "commander";
import type { Finding } from "../../core/model/finding.ts";
import { type ApiClient, createApiClient } from "../api-client.ts";
import { printable, printJson, printLine, printTable } from "../print.ts";

interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

interface ListOptions {
  readonly json?: boolean;
  readonly status?: string;
  readonly type?: string;
  readonly service?: string;
  readonly limit: string;
}

export function registerFindings(program: Command): void {
  const findings = program.command("findings").description("What Telltale found");
  findings
    .command("list", { isDefault: true })
    .description("List findings, newest first")
    .option("--status <status>", "open, acknowledged, muted, false_positive or resolved")
    .option("--type <type>", "finding type, such as secret_leak")
    .option("--service <name>", "service.name")
    .option("--limit <n>", "how many", "50")
    .option("--json", "one line of JSON per finding")
    .action(list);
  findings
    .command("show")
    .description("One finding with evidence and the changes it is attributed to")
    .argument("<id>")
    .option("--json", "the API's JSON")
    .action(show);
  findings
    .command("status")
    .description("Set the status of a finding, with a reason")
    .argument("<id>")
    .argument("<status>", "open, acknowledged, muted, false_positive or resolved")
    .requiredOption("--reason <text>", "why; kept in the audit log")
    .option("--until <time>", "for muted: RFC 3339 time at which it opens again")
    .action(setStatus);
}

async function list(options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: options.limit });
  for (const name of ["status", "type", "service"] as const) {
    const value = options[name];
    if (value !== undefined) {
      query.set(name, value);
    }
  }
  const client = createApiClient(process.env);
  const page = await client.get<Page<Finding>>(`/api/v1/findings?${query.toString()}`);
  if (options.json === true) {
    page.items.forEach(printJson);
    return;
  }
  if (page.items.length === 0) {
    printLine("No findings.");
    return;
  }
  printTable(
    ["id", "severity", "status", "seen", "last seen", "title"],
    page.items.map((finding) => [
      finding.id,
      finding.severity,
      finding.status,
      String(finding.occurrences),
      finding.lastSeen,
      finding.title,
    ]),
  );
}

async function show(id: string, options: { json?: boolean }): Promise<void> {
  const finding = await readOne(createApiClient(process.env), id);
  if (options.json === true) {
    printJson(finding);
    return;
  }
  printLine(`${printable(finding.title)}  [${finding.severity}, ${finding.status}]`);
  printLine(`${finding.firstSeen} to ${finding.lastSeen}, seen ${finding.occurrences} times`);
  printLine("\nAttributed to:");
  for (const entry of finding.attribution.slice(0, 3)) {
    const percent = `${Math.round(entry.probability * 100)} %`.padStart(5);
    printLine(`  ${percent}  ${printable(entry.changeId ?? "none of these")}  (${entry.kind})`);
    entry.reasons.forEach((reason) => printLine(`         ${printable(reason)}`));
  }
  printLine("\nEvidence (recorded data, masked):");
  for (const item of finding.evidence) {
    printLine(`  ${item.time}  ${item.detector}  trace ${item.traceId}`);
    printLine(`      ${printable(item.excerpt)}`);
  }
  printLine(`\nProposals: ${finding.proposals.join(", ") || "none"}`);
}

function readOne(client: ApiClient, id: string): Promise<Finding> {
  return client.get<Finding>(`/api/v1/findings/${encodeURIComponent(id)}`);
}

async function setStatus(
  id: string,
  status: string,
  options: { reason: string; until?: string },
): Promise<void> {
  const client = createApiClient(process.env);
  const body = { status, reason: options.reason, ...(options.until && { until: options.until }) };
  printJson(await client.post(`/api/v1/findings/${encodeURIComponent(id)}/status`, body));
}
