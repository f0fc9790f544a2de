import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { causeOf } from "./cause-of.ts";
import { UserError } from "./user-error.ts";

export interface SeriesRow {
  /** Null where the file has values only. */
  readonly timeUnixMs: number | null;
  /** NaN for a missing value. */
  readonly value: number;
}

interface Columns {
  /** Null where there are no times. */
  readonly time: number | null;
  readonly value: number;
}

const timeNames = ["timestamp", "time", "ts", "date", "datetime"];
const valueNames = ["value", "values", "v", "y", "metric"];
const missing = new Set(["", "nan", "null", "none", "na", "n/a", "inf", "-inf", "+inf"]);
const shownLength = 40;
/** What a Date can hold. */
const latestUnixMs = 8.64e15;

/**
 * The rows of a CSV file, one by one: `timestamp,value` (in any order and among other columns if
 * a header names them) or `value` alone; comma, semicolon or tab; with or without a header, a
 * byte-order mark, quotes and carriage returns. Empty lines are passed over.
 *
 * @throws UserError naming file and line for what cannot be read as time or number.
 */
export async function* readSeries(file: string | undefined): AsyncGenerator<SeriesRow> {
  const name = file ?? "standard input";
  const input = file === undefined ? process.stdin : createReadStream(file);
  input.on("error", () => {
    // Reported through the failing iteration below.
  });
  let columns: Columns | null = null;
  let line = 0;
  let rows = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      const cells = cellsOf(line === 1 ? text.replace(/^\uFEFF/, "") : text);
      const isRow = cells.some((cell) => cell !== "") && (columns !== null || !isHeader(cells));
      if (columns === null && cells.some((cell) => cell !== "")) {
        columns = columnsOf(cells, `${name}, line ${line}`);
      }
      if (isRow && columns !== null) {
        rows += 1;
        yield rowOf(cells, columns, `${name}, line ${line}`);
      }
    }
  } catch (error) {
    throw error instanceof UserError
      ? error
      : new UserError(`Cannot read ${name}: ${causeOf(error)}`);
  }
  if (rows === 0) {
    throw new UserError(`${name}: expected rows of timestamp,value, got none`);
  }
}

/** RFC 3339, the same with a space and without a zone (UTC), a date, or unix time; null if none. */
export function parseTime(text: string): number | null {
  const trimmed = text.trim();
  if (/^[+-]?\d+(\.\d*)?(e\+?\d+)?$/i.test(trimmed)) {
    const unixMs = unixToMs(Number(trimmed));
    return Math.abs(unixMs) <= latestUnixMs ? unixMs : null;
  }
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i.exec(
      trimmed,
    );
  if (match === null) {
    return null;
  }
  const [, day, clock = "00:00:00", zone = "Z"] = match;
  const offset = /^(z|utc)$/i.test(zone) ? "Z" : zone.replace(/^(...)(\d\d)$/, "$1:$2");
  // A fraction finer than milliseconds is cut, not refused.
  const time = Date.parse(
    `${day}T${clock.replace(",", ".").replace(/(\.\d{3})\d+/, "$1")}${offset}`,
  );
  return Number.isNaN(time) ? null : time;
}

/** Seconds, milliseconds, microseconds or nanoseconds, told apart by their size. */
function unixToMs(unix: number): number {
  const size = Math.abs(unix);
  if (size < 1e11) {
    return unix * 1e3;
  }
  if (size < 1e14) {
    return unix;
  }
  return size < 1e17 ? unix / 1e3 : unix / 1e6;
}

function cellsOf(text: string): string[] {
  const separator = [",", ";", "\t"].find((candidate) => text.includes(candidate)) ?? ",";
  return text.split(separator).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );
}

/** No cell of a header is a number or a missing value. */
function isHeader(cells: readonly string[]): boolean {
  return cells.every((cell) => toNumber(cell) === null && parseTime(cell) === null);
}

function columnsOf(cells: readonly string[], where: string): Columns {
  if (!isHeader(cells)) {
    return cells.length === 1 ? { time: null, value: 0 } : { time: 0, value: 1 };
  }
  const names = cells.map((cell) => cell.toLowerCase());
  const time = names.findIndex((name) => timeNames.includes(name));
  const value = names.findIndex((name) => valueNames.includes(name));
  if (cells.length === 1) {
    return { time: null, value: 0 };
  }
  if (value < 0 && cells.length > 2) {
    throw new UserError(
      `${where}: expected a column named value, got ${shown(cells.join(","))}; name one so`,
    );
  }
  const timeColumn = time < 0 ? 0 : time;
  return { time: timeColumn, value: value < 0 ? 1 - timeColumn : value };
}

function rowOf(cells: readonly string[], columns: Columns, where: string): SeriesRow {
  const value = toNumber(cells[columns.value] ?? "");
  if (value === null) {
    throw new UserError(
      `${where}: expected a number, got ${shown(cells[columns.value] ?? "")} ` +
        "(leave it empty or write NaN where a value is missing)",
    );
  }
  if (columns.time === null) {
    return { timeUnixMs: null, value };
  }
  const timeUnixMs = parseTime(cells[columns.time] ?? "");
  if (timeUnixMs === null) {
    throw new UserError(
      `${where}: expected a time such as 2026-11-20T10:00:00Z or unix seconds, ` +
        `got ${shown(cells[columns.time] ?? "")}`,
    );
  }
  return { timeUnixMs, value };
}

/** NaN for a missing value, null for what is no number. */
function toNumber(cell: string): number | null {
  if (missing.has(cell.toLowerCase()) || /^[+-]?infinity$/i.test(cell)) {
    return Number.NaN;
  }
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : null;
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
    ? Number.NaN
    : value;
}

/** Quoted and cut: the file is not ours, and the message goes to a terminal. */
function shown(text: string): string {
  return JSON.stringify(text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);
}
