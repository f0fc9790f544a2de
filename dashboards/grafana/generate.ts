import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { loopOverview } from "./loop-overview.ts";

/** The dashboards by file name; the committed JSON is what these functions give. */
export const dashboards: Readonly<Record<string, () => Dashboard>> = {
  "loop-overview.json": loopOverview,
};

/** A dashboard as the text of its file. */
export function dashboardJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [name, build] of Object.entries(dashboards)) {
    writeFileSync(fileURLToPath(new URL(name, import.meta.url)), dashboardJson(build()));
  }
}
