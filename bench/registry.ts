import { benchDecode } from "./decode.ts";
import { benchPipeline } from "./pipeline.ts";

/** Prints a table and, as its last line, one JSON object. */
export type Bench = (args: readonly string[]) => void | Promise<void>;

/** Every benchmark by the name given to `npm run bench -- NAME`. */
export const benches: Readonly<Record<string, Bench>> = {
  decode: benchDecode,
  pipeline: benchPipeline,
};
