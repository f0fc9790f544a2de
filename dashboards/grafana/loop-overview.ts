import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { clickHouseQuery, datasource } from "./clickhouse-query.ts";
import { loopQueries } from "./loop-queries.ts";
import { statPanel, tablePanel, timePanel } from "./panels.ts";

/** The feedback loop on one page: traffic, findings, the changes behind them, and what helped. */
export function loopOverview(): Dashboard {
  const dashboard = new DashboardBuilder("Telltale: loop overview")
    .uid("telltale-loop-overview")
    .description("What production does, what was found in it, and which proposals helped.")
    .tags(["telltale"])
    .timezone("utc")
    .time({ from: "now-24h", to: "now" })
    .refresh("1m")
    .readonly()
    .withVariable(
      new DatasourceVariableBuilder("datasource").label("Data source").type(datasource.type),
    )
    .withVariable(choice("service", "Service", loopQueries.services))
    .withVariable(choice("environment", "Environment", loopQueries.environments))
    .annotation(
      new AnnotationQueryBuilder()
        .name("Deployments")
        .datasource(datasource)
        .enable(true)
        .iconColor("#0072B2")
        .target(clickHouseQuery(loopQueries.deployments, "table")),
    );
  for (const panel of panels()) {
    dashboard.withPanel(panel);
  }
  return dashboard.build();
}

function choice(name: string, label: string, sql: string): QueryVariableBuilder {
  const rawSql = sql.trim().replace(/\n\s*/g, "\n");
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ editorType: "sql", rawSql, refId: name })
    .definition(rawSql)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current({ text: "All", value: "$__all" });
}

function panels(): Builder<Panel>[] {
  return [...numbers(), ...findings(), ...traffic()];
}

interface NumberSpec {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly sql: string;
  /** Null for a number that is never bad. */
  readonly warnAt: number | null;
}

const numberSpecs: readonly NumberSpec[] = [
  {
    title: "Open findings",
    description: "Findings last seen in this range that nobody has decided on.",
    unit: "short",
    sql: loopQueries.openFindings,
    warnAt: 1,
  },
  {
    title: "Attacks that succeeded",
    description: "Detections of attacks whose harmful act was carried out, not only tried.",
    unit: "short",
    sql: loopQueries.attackSuccesses,
    warnAt: 1,
  },
  {
    title: "Verified effective",
    description: "Merged proposals after whose deployment the finding measurably fell.",
    unit: "short",
    sql: loopQueries.verifiedEffective,
    warnAt: null,
  },
  {
    title: "Median time to resolve",
    description: "From the first sight of a finding to its status resolved.",
    unit: "s",
    sql: loopQueries.timeToResolve,
    warnAt: null,
  },
  {
    title: "Model cost",
    description: "Cost of model calls by the price table of the configuration.",
    unit: "currencyUSD",
    sql: loopQueries.cost,
    warnAt: null,
  },
  {
    title: "Tokens",
    description: "Input and output tokens of model calls, cached ones included.",
    unit: "short",
    sql: loopQueries.tokens,
    warnAt: null,
  },
];

function numbers(): Builder<Panel>[] {
  return numberSpecs.map(({ warnAt, ...spec }, index) =>
    statPanel({ ...spec, id: index + 1, gridPos: { x: index * 4, y: 0, w: 4, h: 4 } }, warnAt),
  );
}

function findings(): Builder<Panel>[] {
  return [
    timePanel(
      {
        id: 7,
        title: "Detections by severity",
        description: "Detections over event time. Vertical lines are deployments.",
        unit: "short",
        sql: loopQueries.detectionsBySeverity,
        gridPos: { x: 0, y: 4, w: 16, h: 8 },
      },
      "bars",
    ),
    tablePanel({
      id: 8,
      title: "Open findings by severity",
      description: "The open findings again, as text, worst first.",
      unit: "short",
      sql: loopQueries.openBySeverity,
      gridPos: { x: 16, y: 4, w: 8, h: 8 },
    }),
    timePanel(
      {
        id: 9,
        title: "Attack attempts and successes",
        description: "Attempts that were only seen, and those whose harmful act was carried out.",
        unit: "short",
        sql: loopQueries.attacks,
        gridPos: { x: 0, y: 12, w: 12, h: 8 },
      },
      "bars",
    ),
    tablePanel({
      id: 10,
      title: "Proposals by state",
      description: "Proposals that changed in this range, by control surface.",
      unit: "short",
      sql: loopQueries.proposalsByState,
      gridPos: { x: 12, y: 12, w: 12, h: 8 },
    }),
    tablePanel({
      id: 11,
      title: "Newest findings",
      description: "With the change that most likely brought each in; empty is none of the known.",
      unit: "short",
      sql: loopQueries.newestFindings,
      gridPos: { x: 0, y: 20, w: 24, h: 9 },
    }),
  ];
}

function traffic(): Builder<Panel>[] {
  return [
    timePanel(
      {
        id: 12,
        title: "Spans per minute",
        description: "Stored spans by service. A line that ends is a service that went silent.",
        unit: "short",
        sql: loopQueries.spansPerMinute,
        gridPos: { x: 0, y: 29, w: 12, h: 8 },
      },
      "lines",
    ),
    timePanel(
      {
        id: 13,
        title: "Share of spans with an error",
        description: "Spans with status Error, of all spans of the service.",
        unit: "percentunit",
        sql: loopQueries.errorRate,
        gridPos: { x: 12, y: 29, w: 12, h: 8 },
      },
      "lines",
    ),
    timePanel(
      {
        id: 14,
        title: "Model cost by model",
        description: "Cost of model calls per interval.",
        unit: "currencyUSD",
        sql: loopQueries.costByModel,
        gridPos: { x: 0, y: 37, w: 12, h: 8 },
      },
      "bars",
    ),
    timePanel(
      {
        id: 15,
        title: "Tokens by direction",
        description: "Tokens sent to and received from models, per interval.",
        unit: "short",
        sql: loopQueries.tokensByDirection,
        gridPos: { x: 12, y: 37, w: 12, h: 8 },
      },
      "bars",
    ),
  ];
}
