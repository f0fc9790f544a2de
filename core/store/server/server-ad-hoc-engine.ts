import { type AdHocEngine, maxResultBytes } from "../ad-hoc/ad-hoc-store.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import type { ServerClient } from "./server-client.ts";
import { isPassing } from "./server-error.ts";

export interface ServerAdHocOptions {
  /** Parses queries; its settings let nothing run for long. */
  readonly checker: ServerClient;
  readonly runner: ServerClient;
  readonly retries: Omit<RetryOptions, "mayRepeat">;
}

/** Ad-hoc queries on a server; how many run at once is bounded by the runner's connections. */
export function createServerAdHocEngine({
  checker,
  runner,
  retries,
}: ServerAdHocOptions): AdHocEngine {
  const repeating = { ...retries, mayRepeat: isPassing };
  return {
    explain: (statement, params) =>
      withRetries(repeating, async () => {
        // A line break first: the statement may begin with a comment.
        const sql = `EXPLAIN AST\n${statement}`;
        const settings = { default_format: "TSVRaw" };
        const answer = await checker.answer({ sql, params, settings }, maxResultBytes);
        return answer.bytes.toString();
      }),

    select: ({ database, statement, format, params }) =>
      withRetries(repeating, () =>
        runner.answer(
          // The database is a parameter of the URL like a setting; one client serves them all.
          { sql: statement, params, settings: { database, default_format: format } },
          maxResultBytes,
        ),
      ),
  };
}
