import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** Every panel names its data source through the dashboard's variable. */
export const datasource = { type: "grafana-clickhouse-datasource", uid: "${datasource}" };

/** How the ClickHouse plugin shapes the rows. */
const resultFormats = { timeSeries: 0, table: 1 } as const;

/**
 * A query of Grafana's ClickHouse plugin, for which the SDK has no builder.
 *
 * `timeSeries` needs a column `time`, numbers, and at most text columns that name the series.
 */
export function clickHouseQuery(
  rawSql: string,
  format: keyof typeof resultFormats,
): Builder<Dataquery> {
  return {
    build: () => ({
      refId: "A",
      datasource,
      editorType: "sql",
      pluginVersion: "4.20.0",
      rawSql: rawSql.trim().replace(/\n\s*/g, "\n"),
      format: resultFormats[format],
      queryType: format === "timeSeries" ? "timeseries" : "table",
      _implementsDataqueryVariant: () => undefined,
    }),
  };
}
