import type { ChdbConnection } from "../chdb-connection.ts";
import type { AdHocEngine } from "./ad-hoc-store.ts";

export interface AdHocConnections {
  /** Parses queries; never runs one. */
  readonly checker: ChdbConnection;
  /** Each runs one query at a time; the others wait. */
  readonly runners: readonly ChdbConnection[];
}

/** Ad-hoc queries on connections of the embedded store that serve nothing else. */
export function createChdbAdHocEngine({ checker, runners }: AdHocConnections): AdHocEngine {
  const idle = [...runners];
  const waiting: ((runner: ChdbConnection) => void)[] = [];
  return {
    explain: (statement, params) =>
      checker.run(async () => {
        await checker.bind(statement, params);
        // A line break first: the statement may begin with a comment.
        const result = await checker.chdb.queryAsync(`EXPLAIN AST\n${statement}`, {
          format: "TSVRaw",
        });
        return result.text();
      }),

    select: ({ database, statement, format, params }) =>
      withRunner((runner) =>
        runner.run(async () => {
          await runner.chdb.queryAsync(`USE \`${database}\``);
          await runner.bind(statement, params);
          const result = await runner.chdb.queryAsync(statement, { format });
          const bytes = result.bytes();
          return { bytes, rowsRead: result.rowsRead, elapsedSeconds: result.elapsed };
        }),
      ),
  };

  async function withRunner<T>(use: (runner: ChdbConnection) => Promise<T>): Promise<T> {
    const runner =
      idle.pop() ?? (await new Promise<ChdbConnection>((resolve) => waiting.push(resolve)));
    try {
      return await use(runner);
    } finally {
      const next = waiting.shift();
      if (next === undefined) {
        idle.push(runner);
      } else {
        next(runner);
      }
    }
  }
}
