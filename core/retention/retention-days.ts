import type { Retention } from "../config/retention-config.ts";

/** What retention is set for: each table belongs to one class. */
export const retentionClasses = [
  "traces",
  "logs",
  "metrics",
  "windows",
  "hourly",
  "findings",
] as const;

export type RetentionClass = (typeof retentionClasses)[number];

const settingOf = {
  traces: "tracesDays",
  logs: "logsDays",
  metrics: "metricsDays",
  windows: "windowDays",
  hourly: "hourlyDays",
  findings: "findingDays",
} as const satisfies Record<RetentionClass, keyof Retention>;

/** Days that tenants without a setting of their own get. */
export function defaultDays(retention: Retention, of: RetentionClass): number {
  return retention[settingOf[of]] || retention.rawDays;
}

/** Days of the tenants that have a setting of their own. */
export function tenantDays(retention: Retention, of: RetentionClass): ReadonlyMap<string, number> {
  const own = Object.entries(retention.tenants).flatMap(([tenant, settings]) => {
    const days = settings[settingOf[of]];
    return days === undefined ? [] : [[tenant, days] as const];
  });
  return new Map(own);
}

/** The days of whoever keeps longest: what ClickHouse itself removes is older than that. */
export function physicalDays(retention: Retention, of: RetentionClass): number {
  return Math.max(defaultDays(retention, of), ...tenantDays(retention, of).values());
}

const fixedClasses: Readonly<Record<string, RetentionClass>> = {
  traces_days: "traces",
  logs_days: "logs",
  metrics_days: "metrics",
  window_days: "windows",
  hourly_days: "hourly",
  finding_days: "findings",
};

/**
 * The class behind a placeholder of a migration, or `null`. `raw_days` is the signal of the table
 * that the statement creates.
 */
export function classOfPlaceholder(placeholder: string, table: string): RetentionClass | null {
  if (placeholder !== "raw_days") {
    return fixedClasses[placeholder] ?? null;
  }
  if (table.startsWith("otel_logs")) {
    return "logs";
  }
  return table.startsWith("otel_metrics") ? "metrics" : "traces";
}
