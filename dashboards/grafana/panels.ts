import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  GraphDrawStyle,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type GridPos,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { clickHouseQuery, datasource } from "./clickhouse-query.ts";

/** What every panel has; ids are unique within a dashboard. */
export interface PanelSpec {
  readonly id: number;
  readonly title: string;
  /** One or two sentences: what is counted, and when to worry. */
  readonly description: string;
  readonly unit: string;
  readonly sql: string;
  readonly gridPos: GridPos;
}

/** Colors of Okabe and Ito, which the color-blind can tell apart; the legend names them too. */
const namedColors: Readonly<Record<string, string>> = {
  critical: "#D55E00",
  high: "#E69F00",
  medium: "#F0E442",
  low: "#56B4E9",
  informational: "#999999",
  attempts: "#56B4E9",
  successes: "#D55E00",
};

/** One number; it turns orange at `warnAt`. */
export function statPanel(spec: PanelSpec, warnAt: number | null): Builder<Panel> {
  const steps = [{ value: null, color: "#0072B2" }];
  const warning = warnAt === null ? [] : [{ value: warnAt, color: "#E69F00" }];
  const thresholds = new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([...steps, ...warning]);
  return new stat.PanelBuilder()
    .id(spec.id)
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .gridPos(spec.gridPos)
    .datasource(datasource)
    .noValue("none")
    .thresholds(thresholds)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .withTarget(clickHouseQuery(spec.sql, "table"));
}

/** Lines over time, or stacked bars for counts. */
export function timePanel(spec: PanelSpec, style: "lines" | "bars"): Builder<Panel> {
  const panel = new timeseries.PanelBuilder()
    .id(spec.id)
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .gridPos(spec.gridPos)
    .datasource(datasource)
    .min(0)
    .showPoints(VisibilityMode.Auto)
    .drawStyle(style === "bars" ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .withTarget(clickHouseQuery(spec.sql, "timeSeries"));
  if (style === "bars") {
    panel
      .fillOpacity(70)
      .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  }
  for (const [name, fixedColor] of Object.entries(namedColors)) {
    panel.overrideByRegexp(`/\\b${name}\\b/`, [
      { id: "color", value: { mode: "fixed", fixedColor } },
    ]);
  }
  return panel;
}

export function tablePanel(spec: PanelSpec): Builder<Panel> {
  return new table.PanelBuilder()
    .id(spec.id)
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .gridPos(spec.gridPos)
    .datasource(datasource)
    .overrideByName("probability", [{ id: "unit", value: "percentunit" }])
    .withTarget(clickHouseQuery(spec.sql, "table"));
}
