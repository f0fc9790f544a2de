import { resolve } from "node:path";
import type { Command } from "commander";
import { toNativeChange } from "../../collector/changes/to-native-change.ts";
import { readGitChanges } from "../../collector/git/read-git-changes.ts";
import { GitError } from "../../collector/git/run-git.ts";
import { causeOf } from "../cause-of.ts";
import { otlpOfService } from "../otlp-of-service.ts";
import { printJson, printLine, progress } from "../print.ts";
import { UserError } from "../user-error.ts";

interface ImportOptions {
  readonly repo: string;
  readonly service?: string;
  readonly url?: string;
  readonly since?: string;
  readonly max: string;
  readonly otlp?: string;
  readonly json?: boolean;
}

export function registerChanges(program: Command): void {
  const changes = program.command("changes").description("Tell Telltale what changed");
  changes
    .command("import")
    .description("Read commits, files, trailers and authorship notes of a git repository")
    .requiredOption("--repo <dir>", "folder of the repository")
    .option("--service <name>", "service.name of what is deployed from it")
    .option("--url <url>", "how change events name it (default: the URL of origin)")
    .option("--since <time>", "leave out commits before this time")
    .option("--max <n>", "the newest so many commits", "10000")
    .option("--otlp <url>", "where change events go (default: what the running service says)")
    .option("--json", "print the totals as JSON")
    .action(importChanges);
}

const perRequest = 500;

async function importChanges(options: ImportOptions): Promise<void> {
  const changes = await readChanges(options);
  const otlp = options.otlp ?? (await otlpOfService());
  const rejected: { revision: string; reason: string }[] = [];
  let accepted = 0;
  for (let start = 0; start < changes.length; start += perRequest) {
    const part = changes.slice(start, start + perRequest);
    const answer = await post(otlp, part.map(toNativeChange));
    accepted += answer.accepted;
    rejected.push(
      ...answer.rejected.map(({ index, reason }) => ({
        revision: part[index]?.revision ?? "",
        reason,
      })),
    );
    progress(`${start + part.length} of ${changes.length} commits`);
  }
  if (options.json === true) {
    printJson({ accepted, rejected });
    return;
  }
  printLine(`${accepted} commits imported, ${rejected.length} rejected.`);
  rejected.forEach(({ revision, reason }) => printLine(`  ${revision}: ${reason}`));
}

async function readChanges(options: ImportOptions): ReturnType<typeof readGitChanges> {
  const since = options.since === undefined ? undefined : new Date(options.since);
  if (since !== undefined && Number.isNaN(since.getTime())) {
    throw new UserError(`--since: expected a time, got ${options.since}`, 2);
  }
  if (!/^[1-9]\d{0,6}$/.test(options.max)) {
    throw new UserError(`--max: expected a number from 1 to 9999999, got ${options.max}`, 2);
  }
  return readGitChanges(resolve(options.repo), {
    maxCommits: Number(options.max),
    ...(since && { since }),
    ...(options.service && { service: options.service }),
    ...(options.url && { repositoryUrl: options.url }),
  }).catch((error: unknown) => {
    throw error instanceof GitError ? new UserError(error.message) : error;
  });
}

interface ChangesAnswer {
  readonly accepted: number;
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

async function post(otlp: string, changes: readonly object[]): Promise<ChangesAnswer> {
  const key = process.env["TELLTALE_API_KEY"];
  const response = await fetch(`${otlp}/v1/changes`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(changes),
  }).catch((error: unknown) => {
    throw new UserError(`No OTLP receiver answers at ${otlp} (${causeOf(error)})`);
  });
  if (!response.ok) {
    throw new UserError(`${otlp}/v1/changes answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as ChangesAnswer;
}
