import { type Automaton, buildAutomaton } from "./automaton.ts";

/** Hits as pairs of numbers: pattern index, then the offset just past the match. */
export type Hits = number[];

export interface Matcher {
  /** Appends every occurrence of every pattern to `hits`, in order of their end. */
  collect(text: string, hits: Hits): void;
  /** Whether any pattern occurs; stops at the first. */
  occursIn(text: string): boolean;
}

/**
 * Finds many ASCII patterns in one pass over a text, ASCII-case-insensitively.
 *
 * Aho and Corasick's automaton as a dense table: characters that occur in no pattern share one
 * class, and accepting states have the highest numbers, so that the inner loop is two table
 * look-ups and one comparison for each UTF-16 unit. Time is linear in the text and the hits.
 *
 * @param patterns ASCII strings; case is ignored.
 * @throws RangeError if a pattern is empty or not ASCII, or all are too long together.
 */
export function createMatcher(patterns: readonly string[]): Matcher {
  const automaton = buildAutomaton(patterns);
  return { collect: collector(automaton, patterns), occursIn: finder(automaton) };
}

/** Shorter texts are read unit by unit: copying them out costs more than it saves. */
const shortestCopied = 80;

/** In lengths of the longest pattern: below this, what begins early costs too much. */
const shortestQuartered = 10;

/** A part of the copy, and where the copy begins in the text. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** Long texts are read from here, a part at a time, one byte per unit. */
const copy = Buffer.allocUnsafeSlow(65_536);

function finder({ table, classOf, classCount, firstAccepting }: Automaton): Matcher["occursIn"] {
  const firstRow = firstAccepting * classCount;
  return (text) => {
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      row = table[row + (classOf[text.charCodeAt(at)] as number)] as number;
      if (row >= firstRow) {
        return true;
      }
    }
    return false;
  };
}

/** Scans the copy from one state on, notes what it finds, and returns the last state. */
type Scan = (from: number, stretch: Stretch, found: Hits) => number;

function createScan(automaton: Automaton, longest: number): Scan {
  const { table, classOf, classCount, firstAccepting } = automaton;
  const firstRow = firstAccepting * classCount;

  function step(row: number, at: number): number {
    return table[row + (classOf[copy[at] as number] as number)] as number;
  }

  function scanStretch(from: number, range: Stretch, found: Hits): number {
    let row = from;
    for (let at = range.start; at < range.end; at += 1) {
      row = step(row, at);
      if (row >= firstRow) {
        note(automaton, row, range.offset + at + 1, found);
      }
    }
    return row;
  }

  /**
   * Four quarters side by side: each look-up waits for the one before it in its own quarter only.
   * The later three begin a pattern's length early, so as to be in the right state in time.
   */
  function scanQuarters(from: number, { end: length, offset }: Stretch, found: Hits): number {
    const quarter = length >> 2;
    let [first, second, third, fourth] = [from, 0, 0, 0];
    for (let at = quarter - longest; at < quarter; at += 1) {
      second = step(second, at);
      third = step(third, quarter + at);
      fourth = step(fourth, 2 * quarter + at);
    }
    const later: readonly [Hits, Hits, Hits] = [[], [], []];
    for (let at = 0; at < quarter; at += 1) {
      first = step(first, at);
      second = step(second, quarter + at);
      third = step(third, 2 * quarter + at);
      fourth = step(fourth, 3 * quarter + at);
      // Not negative if any of the four accepts.
      const sign = (first - firstRow) & (second - firstRow) & (third - firstRow);
      if ((sign & (fourth - firstRow)) >= 0) {
        const end = offset + at + 1;
        noteIf(first, end, found);
        noteIf(second, end + quarter, later[0]);
        noteIf(third, end + 2 * quarter, later[1]);
        noteIf(fourth, end + 3 * quarter, later[2]);
      }
    }
    const last = scanStretch(fourth, { start: 4 * quarter, end: length, offset }, later[2]);
    for (const part of later) {
      for (const number of part) {
        found.push(number);
      }
    }
    return last;
  }

  function noteIf(row: number, end: number, found: Hits): void {
    if (row >= firstRow) {
      note(automaton, row, end, found);
    }
  }

  return (from, stretch, found) =>
    stretch.end < shortestQuartered * longest
      ? scanStretch(from, stretch, found)
      : scanQuarters(from, stretch, found);
}

function note({ outputs, classCount }: Automaton, row: number, end: number, hits: Hits): void {
  for (const pattern of outputs[row / classCount] ?? []) {
    hits.push(pattern, end);
  }
}

function collector(automaton: Automaton, patterns: readonly string[]): Matcher["collect"] {
  const { table, classOf, classCount, firstAccepting } = automaton;
  const firstRow = firstAccepting * classCount;
  const scan = createScan(automaton, Math.max(...patterns.map(({ length }) => length), 1));

  function collectShort(text: string, hits: Hits): void {
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      // Both arrays cover every index that occurs, so a check here would only cost time.
      row = table[row + (classOf[text.charCodeAt(at)] as number)] as number;
      if (row >= firstRow) {
        note(automaton, row, at + 1, hits);
      }
    }
  }

  /** A unit beyond one byte loses its upper half in the copy, so a hit may be a mistake. */
  function isThere(text: string, pattern: string, end: number): boolean {
    for (let back = 1; back <= pattern.length; back += 1) {
      const wanted = classOf[pattern.charCodeAt(pattern.length - back)];
      if (classOf[text.charCodeAt(end - back)] !== wanted) {
        return false;
      }
    }
    return true;
  }

  function collectLong(text: string, hits: Hits): void {
    const found: Hits = [];
    let row = 0;
    for (let start = 0; start < text.length; start += copy.length) {
      const part = text.length <= copy.length ? text : text.slice(start, start + copy.length);
      const stretch = { start: 0, end: copy.write(part, "latin1"), offset: start };
      row = scan(row, stretch, found);
    }
    for (let at = 0; at < found.length; at += 2) {
      const [pattern = 0, end = 0] = [found[at], found[at + 1]];
      if (isThere(text, patterns[pattern] ?? "", end)) {
        hits.push(pattern, end);
      }
    }
  }

  return (text, hits) => {
    if (text.length < shortestCopied) {
      collectShort(text, hits);
    } else {
      collectLong(text, hits);
    }
  };
}
