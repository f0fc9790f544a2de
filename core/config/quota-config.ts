import { z } from "zod";

const Rate = z.strictObject({
  bytesPerSecond: z.number().min(0).default(0).describe("Decompressed bytes; 0: no limit"),
  recordsPerSecond: z
    .number()
    .min(0)
    .default(0)
    .describe("Spans, log records, data points, change events; 0: no limit"),
});

/** How fast each tenant may send. */
export const Quotas = z.strictObject({
  ...Rate.shape,
  burstSeconds: z
    .number()
    .min(1)
    .max(3600)
    .default(10)
    .describe("Seconds of the rate that may be sent at once after a pause"),
  tenants: z
    .record(z.string(), Rate)
    .default({})
    .describe("Tenant name to rates of its own, in place of the two above"),
});

export type Rate = z.infer<typeof Rate>;
export type Quotas = z.infer<typeof Quotas>;
