/** Prints a table and, as its last line, one JSON object. */
export type Bench = (args: readonly string[]) => void | Promise<void>;

/** Every benchmark by the name given to `npm run bench -- NAME`, loaded when it is run. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  content: async () => {
    const { benchContent } = await import("./content.ts");
    return ([folder = process.env["TELLTALE_BENCH_DATA"] ?? ""]) => benchContent(folder);
  },
  decode: async () => (await import("./decode.ts")).benchDecode,
  insert: async () => (await import("./insert.ts")).benchInsert,
  latency: async () => (await import("./latency.ts")).benchLatency,
  pipeline: async () => (await import("./pipeline.ts")).benchPipeline,
  queue: async () => (await import("./queue.ts")).benchQueue,
  receive: async () => (await import("./receive.ts")).benchReceive,
  series: async () => (await import("./series.ts")).benchSeries,
};
