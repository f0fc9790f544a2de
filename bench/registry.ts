/** Prints a table and, as its last line, one JSON object. */
export type Bench = (args: readonly string[]) => void | Promise<void>;

/** Every benchmark by the name given to `npm run bench -- NAME`, loaded when it is run. */
export const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  content: async () => {
    const { benchContent } = await import("./content.ts");
    const { benchTextClasses } = await import("./text-classes.ts");
    return (args) => {
      const folder = dataFolder(args);
      benchTextClasses(folder, args);
      benchContent(folder);
    };
  },
  decode: async () => (await import("./decode.ts")).benchDecode,
  insert: async () => (await import("./insert.ts")).benchInsert,
  inspect: async () => (await import("./inspect.ts")).benchInspect,
  kafka: async () => (await import("./kafka.ts")).benchKafka,
  latency: async () => (await import("./latency.ts")).benchLatency,
  pipeline: async () => (await import("./pipeline.ts")).benchPipeline,
  queue: async () => (await import("./queue.ts")).benchQueue,
  receive: async () => (await import("./receive.ts")).benchReceive,
  series: async () => (await import("./series.ts")).benchSeries,
  "series-load": async () => (await import("./series-load.ts")).benchSeriesLoad,
  "train-text": async () => {
    const { trainTextModels } = await import("./train/train-models.ts");
    return (args) => trainTextModels(dataFolder(args));
  },
};

/** The folder with labelled sets: the first argument that is no option, or the environment's. */
function dataFolder(args: readonly string[]): string {
  const named = args.find((argument) => !argument.startsWith("--"));
  return named ?? process.env["TELLTALE_BENCH_DATA"] ?? "";
}
