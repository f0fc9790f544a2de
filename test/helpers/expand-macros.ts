/** What Grafana and its ClickHouse plugin fill into a query before they send it. */
export interface GrafanaContext {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  readonly intervalSeconds: number;
  /** Chosen values of the variables; `[]` is All. */
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/**
 * Expands template variables and the macros our dashboards use, in the order of the plugin:
 * `$__conditionalAll` and variables in the browser, the other macros in its backend.
 *
 * @throws Error for a macro or variable it does not know.
 */
export function expandMacros(sql: string, context: GrafanaContext): string {
  const expanded = expandTime(
    expandVariables(expandConditionalAll(sql, context), context),
    context,
  );
  const unknown = /\$(?:__)?\w+|\$\{[^}]*\}/.exec(expanded);
  if (unknown !== null) {
    throw new Error(`expected a known macro or variable, got ${unknown[0]}`);
  }
  return expanded;
}

function expandConditionalAll(sql: string, { variables }: GrafanaContext): string {
  return sql.replace(
    /\$__conditionalAll\(((?:[^()]|\([^()]*\))*), \$(\w+)\)/g,
    (_macro, condition: string, name: string) =>
      valuesOf(variables, name).length === 0 ? "1=1" : condition,
  );
}

function expandVariables(sql: string, { variables }: GrafanaContext): string {
  return sql.replace(/\$\{(\w+):sqlstring\}/g, (_macro, name: string) =>
    valuesOf(variables, name)
      .map((value) => `'${value.replaceAll("'", "''")}'`)
      .join(","),
  );
}

function expandTime(sql: string, context: GrafanaContext): string {
  const from = Math.floor(context.fromUnixMs / 1000);
  const to = Math.floor(context.toUnixMs / 1000);
  const seconds = context.intervalSeconds;
  return sql
    .replace(/\$__timeFilter\((\w+)\)/g, `$1 >= toDateTime(${from}) AND $1 <= toDateTime(${to})`)
    .replace(
      /\$__timeInterval\((\w+)\)/g,
      `toStartOfInterval(toDateTime($1), INTERVAL ${seconds} second)`,
    )
    .replace(/\$__interval_s\b/g, String(seconds));
}

function valuesOf(variables: GrafanaContext["variables"], name: string): readonly string[] {
  const values = variables[name];
  if (values === undefined) {
    throw new Error(`expected a known variable, got ${name}`);
  }
  return values;
}
