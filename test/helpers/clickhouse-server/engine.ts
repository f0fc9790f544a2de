import { mkdirSync, writeFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drainPending, Session } from "chdb";
import { createChdbConnection } from "chdb/connection";
import { sqlString } from "../../../core/store/format-param.ts";
import { sqlTokens } from "../../../core/store/sql-tokens.ts";
import type { StoreRequest } from "./read-request.ts";

export interface EngineResult {
  readonly bytes: Uint8Array;
  readonly rowsRead: number;
  readonly elapsedSeconds: number;
}

export interface Engine {
  /** Runs one request on a connection of its own, so that its settings end with it. */
  run(request: StoreRequest): Promise<EngineResult>;
  /** Statements about users and rights, which chdb parses but does not run. */
  accessStatements(): readonly string[];
  close(): Promise<void>;
}

const mebibyte = 1024 * 1024;

export function openEngine(folder: string, cluster?: string): Engine {
  const path = join(folder, "store");
  const scratch = join(folder, "scratch");
  mkdirSync(path, { recursive: true });
  mkdirSync(scratch, { recursive: true });
  const session = new Session(path, {
    connectionArgs: [
      `--max_server_memory_usage=${1024 * mebibyte}`,
      `--mark_cache_size=${16 * mebibyte}`,
      ...(cluster === undefined ? [] : [`--config-file=${writeConfig(folder, cluster)}`]),
    ],
  });
  const access: string[] = [];
  let files = 0;
  return {
    run,
    accessStatements: () => access,
    async close() {
      session.close();
      await drainPending();
    },
  };

  async function run(request: StoreRequest): Promise<EngineResult> {
    requireOneStatement(request.sql);
    const connection = createChdbConnection({ path });
    try {
      for (const statement of prelude(request)) {
        await connection.chdb.queryAsync(statement);
      }
      if (isAccessStatement(request.sql)) {
        await connection.chdb.queryAsync(`EXPLAIN AST ${request.sql}`);
        access.push(request.sql);
        return { bytes: new Uint8Array(), rowsRead: 0, elapsedSeconds: 0 };
      }
      return await (request.data === null
        ? query(connection, request.sql, request.defaultFormat)
        : insert(connection, request.sql, request.data));
    } finally {
      await connection.close();
    }
  }

  async function insert(
    connection: ReturnType<typeof createChdbConnection>,
    sql: string,
    data: Buffer,
  ): Promise<EngineResult> {
    files += 1;
    const file = join(scratch, `${files}.data`);
    await writeFile(file, data);
    try {
      return await query(connection, fromFile(sql, file), "TabSeparated");
    } finally {
      await rm(file, { force: true });
    }
  }
}

function writeConfig(folder: string, cluster: string): string {
  const shard = "<shard><replica><host>127.0.0.1</host><port>1</port></replica></shard>";
  const path = join(folder, "config.xml");
  const servers = `<${cluster}>${shard}${shard}</${cluster}>`;
  writeFileSync(path, `<clickhouse><remote_servers>${servers}</remote_servers></clickhouse>`);
  return path;
}

async function query(
  { chdb }: ReturnType<typeof createChdbConnection>,
  sql: string,
  format: string,
): Promise<EngineResult> {
  const result = await chdb.queryAsync(sql, { format });
  return { bytes: result.bytes(), rowsRead: result.rowsRead, elapsedSeconds: result.elapsed };
}

function* prelude({ database, settings, params }: StoreRequest): Generator<string> {
  yield `USE \`${database}\``;
  // Nothing can be set after `readonly`.
  const ordered = [...settings].toSorted(([a], [b]) => rank(a) - rank(b));
  for (const [name, value] of params) {
    yield `SET param_${word(name)} = ${sqlString(value)}`;
  }
  for (const [name, value] of ordered) {
    yield `SET ${word(name)} = ${sqlString(value)}`;
  }
}

function rank(setting: string): number {
  return setting === "readonly" ? 1 : 0;
}

function word(name: string): string {
  if (!/^\w+$/.test(name)) {
    throw new Error(`Code: 115. DB::Exception: Unknown setting ${name} (UNKNOWN_SETTING)`);
  }
  return name;
}

/** chdb reads the data of an insert from a file; the statement is otherwise as it came. */
function fromFile(sql: string, file: string): string {
  const [, head, format] = /^([^]*?)\s*\bFORMAT\s+(\w+)\s*$/i.exec(sql) ?? [];
  if (head === undefined || format === undefined) {
    throw new Error("Code: 62. DB::Exception: expected INSERT with FORMAT (SYNTAX_ERROR)");
  }
  const structure = /\binput\(\s*('(?:[^'\\]|\\.)*')\s*\)/i;
  return structure.test(head)
    ? head.replace(structure, (_, text: string) => `file(${sqlString(file)}, '${format}', ${text})`)
    : `${head} FROM INFILE ${sqlString(file)} FORMAT ${format}`;
}

const accessKinds = "USER|ROLE|QUOTA|SETTINGS PROFILE|PROFILE|ROW POLICY|POLICY";
const accessStatement = new RegExp(
  `^\\s*(?:(?:CREATE|ALTER|DROP)\\s+(?:${accessKinds})\\b|GRANT\\b|REVOKE\\b|SET DEFAULT ROLE\\b)`,
  "i",
);

function isAccessStatement(sql: string): boolean {
  return accessStatement.test(sql);
}

/** chdb runs each statement of a text; a server takes one. */
function requireOneStatement(sql: string): void {
  const code = sqlTokens(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
  const end = code.findIndex(({ text }) => text === ";");
  if (end !== -1 && end < code.length - 1) {
    throw new Error("Code: 62. DB::Exception: Multi-statements are not allowed (SYNTAX_ERROR)");
  }
}
