import { z } from "zod";

/** The store that several processes share. */
export const ClickHouse = z.strictObject({
  url: z
    .union([z.literal(""), z.url({ protocol: /^https?$/ })])
    .default("")
    .describe("HTTP address of a ClickHouse server; empty: the engine inside this process"),
  database: z
    .string()
    .regex(/^[A-Za-z_]\w{0,63}$/)
    .default("telltale")
    .describe("Created by `telltale migrate`"),
  user: z.string().min(1).default("default"),
  passwordFile: z.string().default("").describe("File that holds the password"),
  caFile: z.string().default("").describe("PEM of the server's authority; empty: the system's"),
  cluster: z
    .string()
    .regex(/^[\w-]{0,64}$/)
    .default("")
    .describe("Replicated tables and `ON CLUSTER`; empty: one server"),
  maxDiskBytes: z
    .int()
    .min(0)
    .default(0)
    .describe("Takes the place of store.maxDiskBytes; 0: the disks of the server are the limit"),
  requestSeconds: z.number().min(1).default(30).describe("Patience with one request"),
  readerUser: z
    .string()
    .default("")
    .describe("Read-only user for Grafana, made by `telltale migrate`; empty: none"),
  readerPasswordFile: z.string().default("").describe("File that holds its password"),
});

export type ClickHouseConfig = z.infer<typeof ClickHouse>;
