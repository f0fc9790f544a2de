import { textSigns } from "../../scan/text-signs.ts";

import { longestRun } from "./personal-rule.ts";

/** A place with digits close together, or an `@`. */
export interface DigitCluster {
  readonly start: number;
  readonly end: number;
  readonly digits: number;
  /** Lengths of the runs of letters and digits, as bits; see `longestRun`. */
  readonly runs: number;
  /** Separators that occur, such as `-.`. */
  readonly marks: string;
}

/** An `@`, or four digits with little between them; an engine looks for it much faster than a loop. */
const places = /@|\d(?:[^\d\n]{0,5}\d){3}/g;
/** A text this short is one cluster, however few its digits. */
const shortText = 72;
const longest = 96;
/** Units without a digit that end a cluster. */
const widestGap = 5;
const widest = 40;
const maxClusters = 2000;

/**
 * Places where identifiers may stand. One pass; a cluster ends after a gap without digits, at
 * a line break, or at its greatest length.
 *
 * @param wholeIfShort takes a short text as one place if there is any digit in it.
 */
export function clustersOf(text: string, wholeIfShort: boolean): DigitCluster[] {
  if (wholeIfShort && text.length <= shortText) {
    return /[\d@]|[a-f]{2}[:-][a-f]{2}[:-]/i.test(text) ? [describe(text, 0, text.length)] : [];
  }
  const clusters: DigitCluster[] = [];
  // Only contents, which are read more than once, are worth a look at their signs.
  if (wholeIfShort && !textSigns(text).hasDigit && !text.includes("@")) {
    return clusters;
  }
  places.lastIndex = 0;
  for (let match = places.exec(text); match !== null; match = places.exec(text)) {
    const at = match.index;
    if (clusters.length >= maxClusters) {
      break;
    }
    if (match[0] === "@") {
      clusters.push(describe(text, Math.max(0, at - 64), Math.min(text.length, at + 64)));
      continue;
    }
    const end = clusterEnd(text, at);
    clusters.push(describe(text, ...widened(text, at, end)));
    places.lastIndex = end;
  }
  return clusters;
}

function clusterEnd(text: string, from: number): number {
  let end = from;
  for (let at = from; at < text.length && at - end <= widestGap && at - from < longest; at += 1) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      end = at + 1;
    } else if (code === 0x0a) {
      break;
    }
  }
  return end;
}

function describe(text: string, start: number, end: number): DigitCluster {
  let digits = 0;
  let run = 0;
  let runs = 0;
  let marks = "";
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    const isNumber = isDigit(code);
    digits += isNumber ? 1 : 0;
    if (isNumber || isLetter(code)) {
      run += 1;
      continue;
    }
    runs |= bitOf(run);
    run = 0;
    const mark = text.charAt(at);
    marks += marks.includes(mark) ? "" : mark;
  }
  return { start, end, digits, runs: runs | bitOf(run), marks };
}

/** The bit of a run of this length; 0 for none. */
export function bitOf(run: number): number {
  return run === 0 ? 0 : 1 << Math.min(run, longestRun);
}

/** The range widened to whole words, each way by at most `widest` units. */
function widened(text: string, start: number, end: number): [start: number, end: number] {
  let from = start;
  while (from > 0 && start - from < widest && isWordUnit(text, from - 1)) {
    from -= 1;
  }
  let to = end;
  while (to < text.length && to - end < widest && isWordUnit(text, to)) {
    to += 1;
  }
  // A separate part with few digits may lead or follow, as in `DE 136` or `… 68 B`.
  return [Math.max(0, from - 3), Math.min(text.length, to + 4)];
}

function isWordUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return isDigit(code) || isLetter(code);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
