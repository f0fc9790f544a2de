/** Where sharded tables are. */
export interface ClusterPlace {
  readonly cluster: string;
  readonly database: string;
}

const localSuffix = "_local";

/** The table that holds a shard's rows of `table`. */
export function localTable(table: string): string {
  return `${table}${localSuffix}`;
}

/**
 * What a rendered migration comes to on a cluster. A table becomes `<name>_local`, which holds
 * the rows of one shard, and `<name>`, which spreads inserts and gathers reads. Views stay inside
 * a shard, where one insert token covers their source and their target alike: through a
 * Distributed target the blocks of two shards would share a token, and one would be dropped.
 */
export function clusterStatements(rendered: string, place: ClusterPlace): string[] {
  const statement = withoutComments(rendered);
  const created = /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1];
  if (created !== undefined) {
    return createTable(statement, created, place);
  }
  if (statement.startsWith("CREATE MATERIALIZED VIEW")) {
    return [createView(statement)];
  }
  return /^ALTER TABLE (\w+)/.test(statement) ? alterTable(statement) : [statement];
}

function withoutComments(rendered: string): string {
  return rendered.replace(/^\s*--.*\n/gm, "").trim();
}

function createTable(
  statement: string,
  table: string,
  { cluster, database }: ClusterPlace,
): string[] {
  const local = statement.replace(
    `CREATE TABLE IF NOT EXISTS ${table}`,
    `CREATE TABLE IF NOT EXISTS ${localTable(table)}`,
  );
  const target = `'${cluster}', '${database}', '${localTable(table)}'`;
  return [
    local,
    `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER \`${cluster}\` AS ${database}.${localTable(table)} ` +
      `ENGINE = Distributed(${target}, ${shardingKey(statement)})`,
  ];
}

/**
 * Telemetry goes by its trace, so that a trace and what is looked up about its spans lie on one
 * shard. What is replaced or summed goes by what identifies it, so that all its versions meet.
 * Either way a row always goes to the same shard, as a repeated insert must.
 */
export function shardingKey(statement: string): string {
  const engine = /^ENGINE = (\w+)/m.exec(statement)?.[1] ?? "";
  const isPlain = /^(?:Replicated)?MergeTree$/.test(engine);
  // Two spaces: a column of the table, not one inside a Nested.
  if (isPlain && /^ {2}TraceId String/m.test(statement)) {
    // Log records need not belong to a trace; all of them on one shard would fill it.
    return statement.includes("EXISTS otel_logs")
      ? "if(TraceId = '', cityHash64(Timestamp, Body), cityHash64(TraceId))"
      : "cityHash64(TraceId)";
  }
  const key = sectionOf(statement, "ORDER BY").replace(/^ORDER BY /, "");
  const columns = topLevelParts(key.replace(/^\(([^]*)\)$/, "$1"));
  const own = columns.filter((column) => column !== "Tenant");
  return `cityHash64(${(own.length > 0 ? own : columns).join(", ")})`;
}

/** A clause of the table up to the next one. */
function sectionOf(statement: string, name: string): string {
  const start = statement.indexOf(`\n${name}`) + 1;
  const rest = statement.slice(start);
  const end = /\n(?:TTL|SETTINGS|PARTITION BY|PRIMARY KEY)\b/.exec(rest)?.index ?? rest.length;
  return rest.slice(0, end).trim();
}

function createView(statement: string): string {
  return statement
    .replace(/^TO (\w+)/m, (_, target: string) => `TO ${localTable(target)}`)
    .replace(/\bFROM (\w+)/g, (_, source: string) => `FROM ${localTable(source)}`);
}

/** Both tables get columns; indexes, keys, TTLs and settings are the local one's alone. */
function alterTable(statement: string): string[] {
  const [, table = "", head = "", changes = ""] =
    /^ALTER TABLE (\w+)( ON CLUSTER `[^`]+`)\s+([^]*)$/.exec(statement) ?? [];
  const columns = topLevelParts(changes).filter((part) =>
    /^(?:ADD|DROP|MODIFY|RENAME) COLUMN\b/.test(part),
  );
  const local = `ALTER TABLE ${localTable(table)}${head} ${changes}`;
  return columns.length === 0
    ? [local]
    : [local, `ALTER TABLE ${table}${head} ${columns.join(", ")}`];
}

function topLevelParts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of text) {
    depth += Number(character === "(") - Number(character === ")");
    if (character === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else {
      part += character;
    }
  }
  return [...parts, part.trim()];
}
