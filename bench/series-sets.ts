import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseTime } from "../cli/read-series.ts";

export interface BenchStream {
  readonly name: string;
  readonly timesUnixMs: readonly number[];
  /** NaN for a missing value. */
  readonly values: readonly number[];
}

export interface NabStream extends BenchStream {
  readonly windows: readonly (readonly [from: number, to: number])[];
}

export interface EventStream extends BenchStream {
  readonly labels: readonly number[];
  readonly days: number;
}

/** Streams of the Numenta Anomaly Benchmark, or null where there are none. */
export function readNab(folder: string): NabStream[] | null {
  const labels = join(folder, "nab", "labels", "combined_windows.json");
  if (!existsSync(labels)) {
    return null;
  }
  const windows = JSON.parse(readFileSync(labels, "utf8")) as Record<string, [string, string][]>;
  return Object.entries(windows)
    .filter(([name]) => existsSync(join(folder, "nab", "data", name)))
    .map(([name, intervals]) => {
      const rows = readRows(join(folder, "nab", "data", name));
      const times = rows.map(([time = ""]) => time);
      return {
        ...toStream(name, rows),
        windows: intervals.map(([from, to]) => [
          times.indexOf(from.replace(".000000", "")),
          times.lastIndexOf(to.replace(".000000", "")),
        ]),
      };
    });
}

/** Labelled streams of Microsoft's cloud monitoring data set. */
export function readMscloud(folder: string): EventStream[] | null {
  const root = join(folder, "mscloud", "data");
  if (!existsSync(root)) {
    return null;
  }
  return filesIn(root, ".csv").map((name) => {
    const rows = readRows(join(root, name));
    const stream = toStream(name, rows);
    const span = (stream.timesUnixMs.at(-1) ?? 0) - (stream.timesUnixMs[0] ?? 0);
    return { ...stream, labels: rows.map((cells) => Number(cells[2])), days: span / 86_400_000 };
  });
}

export interface TcpdSeries {
  readonly name: string;
  readonly values: readonly number[];
  readonly annotations: Readonly<Record<string, readonly number[]>>;
}

/** Series of one dimension of the Turing change point data set. */
export function readTcpd(folder: string): TcpdSeries[] | null {
  const root = join(folder, "tcpd");
  if (!existsSync(join(root, "annotations.json"))) {
    return null;
  }
  const annotations = readJson(join(root, "annotations.json")) as Record<
    string,
    Record<string, number[]>
  >;
  return filesIn(join(root, "datasets"), ".json")
    .map((file) => readJson(join(root, "datasets", file)) as TcpdFile)
    .filter(({ n_dim }) => n_dim === 1)
    .map(({ name, series }) => ({
      name,
      values: (series[0]?.raw ?? []).map((value) => value ?? 0),
      annotations: annotations[name] ?? {},
    }));
}

interface TcpdFile {
  readonly name: string;
  readonly n_dim: number;
  readonly series: readonly { readonly raw: readonly (number | null)[] }[];
}

export interface OtavaCases {
  readonly series: readonly number[];
  readonly expected: Readonly<
    Record<string, { readonly params: string; readonly expected: readonly number[] }>
  >;
}

export function readOtava(folder: string): OtavaCases | null {
  const file = join(folder, "otava-mongodb", "tigerbeetle.json");
  return existsSync(file) ? (readJson(file) as OtavaCases) : null;
}

export interface KontrastCase extends BenchStream {
  readonly atUnixMs: number;
  readonly erroneous: boolean;
}

export function readKontrast(folder: string): KontrastCase[] | null {
  const root = join(folder, "kontrast");
  if (!existsSync(join(root, "aiops2018.csv"))) {
    return null;
  }
  return readRows(join(root, "aiops2018.csv")).map(([, name = "", at, , label]) => {
    const rows = readRows(join(root, "data", "aiops2018", `${name}.csv`));
    return { ...toStream(name, rows), atUnixMs: Number(at) * 1_000, erroneous: label === "1" };
  });
}

/** Lines of each system's log. */
export function readLoghub(folder: string): Map<string, string[]> | null {
  const root = join(folder, "loghub");
  if (!existsSync(root)) {
    return null;
  }
  const logs = filesIn(root, "_2k.log");
  return new Map(
    logs.map((file) => [
      file,
      readFileSync(join(root, file), "utf8").split(/\r?\n/).filter(Boolean),
    ]),
  );
}

function toStream(name: string, rows: readonly (readonly string[])[]): BenchStream {
  return {
    name,
    timesUnixMs: rows.map(([time = ""]) => parseTime(time) ?? Number.NaN),
    values: rows.map(([, value = ""]) => (value === "" ? Number.NaN : Number(value))),
  };
}

function readRows(file: string): string[][] {
  const lines = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .trim()
    .split(/\r?\n/);
  return lines.slice(1).map((line) => line.replaceAll('"', "").split(","));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function filesIn(root: string, ending: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(ending)).toSorted();
}
