import { z } from "zod";

const days = z.int().min(1).max(3650);
const rawDaysUnlessSet = z.int().min(0).max(3650).default(0);
const tenantName = z.string().regex(/^[a-z0-9_-]{1,64}$/, "expected 1 to 64 of a-z 0-9 _ -");

/** Days of one tenant; what is absent is as for everyone. */
const TenantRetention = z.strictObject({
  tracesDays: days.optional(),
  logsDays: days.optional(),
  metricsDays: days.optional(),
  windowDays: days.optional(),
  hourlyDays: days.optional(),
  findingDays: days.optional(),
});

/** How long what is stored is kept, counted in event time. */
export const Retention = z.strictObject({
  rawDays: days.default(35).describe("Spans, logs and metrics"),
  tracesDays: rawDaysUnlessSet.describe("Spans alone; 0: `rawDays`"),
  logsDays: rawDaysUnlessSet.describe("Logs alone; 0: `rawDays`"),
  metricsDays: rawDaysUnlessSet.describe("Metrics alone; 0: `rawDays`"),
  windowDays: days.default(35).describe("Series by the minute"),
  hourlyDays: days.default(400).describe("Series by the hour"),
  findingDays: days.default(400).describe("Detections, findings and changes"),
  tenants: z
    .record(tenantName, TenantRetention)
    .default({})
    .describe("Tenant name to days of its own, such as `{acme: {tracesDays: 7}}`"),
});

export type Retention = z.infer<typeof Retention>;
