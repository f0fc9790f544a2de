import { type Command, Option } from "commander";
import { createApiClient } from "../api-client.ts";
import { printJson, printLine, printTable, progress } from "../print.ts";
import { UserError } from "../user-error.ts";

interface EraseOptions {
  readonly subject: string;
  readonly kind?: string;
  readonly matchText?: boolean;
  readonly json?: boolean;
}

interface ErasureReport {
  readonly pseudonym: string;
  readonly places: readonly {
    readonly place: string;
    readonly action: string;
    readonly before: number;
    readonly after: number;
  }[];
  readonly oldParts: number;
  readonly waiting: number;
  readonly complete: boolean;
}

export function registerErase(program: Command): void {
  program
    .command("erase")
    .description("Remove one person's records everywhere, with counts before and after")
    .requiredOption("--subject <id>", "the id as records carry it: user id, address, session")
    .addOption(
      new Option("--kind <kind>", "what the id is (default: any)").choices([
        "user",
        "session",
        "author",
      ]),
    )
    .option("--match-text", "also remove records in whose text the id occurs")
    .option("--json", "the API's JSON")
    .action(erase);
}

async function erase(options: EraseOptions): Promise<void> {
  progress("Erasing; this reads everything that is stored");
  const report = await createApiClient(process.env).post<ErasureReport>("/api/v1/erase", {
    subject: options.subject,
    ...(options.kind !== undefined && { kind: options.kind }),
    ...(options.matchText === true && { matchText: true }),
  });
  if (options.json === true) {
    printJson(report);
  } else {
    show(report);
  }
  if (!report.complete) {
    throw new UserError(whyIncomplete(report));
  }
}

function show({ places, pseudonym, oldParts }: ErasureReport): void {
  const found = places.filter(({ before, after }) => before > 0 || after > 0);
  if (found.length === 0) {
    printLine("Nothing of this subject is stored.");
    return;
  }
  printTable(
    ["place", "action", "before", "after"],
    found.map((row) => [row.place, row.action, String(row.before), String(row.after)]),
  );
  printLine(`Where a record stays, the id reads ${pseudonym}.`);
  if (oldParts > 0) {
    printLine(`${oldParts} files of replaced data are removed within minutes.`);
  }
}

function whyIncomplete({ places, waiting }: ErasureReport): string {
  const left = places.filter(({ after }) => after > 0).map(({ place }) => place);
  return left.length > 0
    ? `Not complete: records arrived meanwhile or could not be removed (${left.join(", ")}). Run it again.`
    : `Not complete: ${waiting} records were waiting in the queue. Run it again once they are stored.`;
}
