import type { StreamEvent, StreamHit } from "./stream-event.ts";
import { overlap, plainText, wordsOf } from "./text-shape.ts";

/** Queries looked back at. */
const windowEvents = 64;
/** Repeats of one query, or variants of it, before it is sampling. */
const fewestRepeats = 10;
/** Different fillings of one template before it is a sweep. */
const fewestFillings = 16;
const fewestSystematic = 24;
/** Median gap below which nobody types, in seconds. */
const machineGapSeconds = 6;
const sameWords = 0.6;
const templateWords = 5;

/**
 * One client that reads a model out: the same question again and again to sample its answers,
 * slight variants of one question, one template filled systematically at machine speed, or a
 * list of questions in order at an even pace. A known service that works through records with
 * one template is slower, and a dashboard repeats itself rarely; both stay quiet.
 *
 * Causal: event i is judged by what came before it. Time is O(n · window).
 *
 * @param events in order of time, of one client or session.
 */
export function findModelExtraction(events: readonly StreamEvent[]): StreamHit[] {
  const hits = new Map<string, StreamHit>();
  const recent: Query[] = [];
  for (const [index, event] of events.entries()) {
    recent.push(toQuery(event));
    if (recent.length > windowEvents) {
      recent.shift();
    }
    for (const found of judge(recent, index)) {
      if (!hits.has(found.rule)) {
        hits.set(found.rule, found);
      }
    }
  }
  return [...hits.values()];
}

interface Query {
  readonly atSeconds: number;
  readonly plain: string;
  readonly words: ReadonlySet<string>;
  readonly head: string;
}

function toQuery({ atSeconds, text }: StreamEvent): Query {
  const words = wordsOf(text);
  return {
    atSeconds,
    plain: plainText(text),
    words: new Set(words),
    head: words.slice(0, templateWords).join(" "),
  };
}

function judge(recent: readonly Query[], index: number): StreamHit[] {
  const last = recent.at(-1);
  if (last === undefined || recent.length < fewestRepeats) {
    return [];
  }
  const hits: StreamHit[] = [];
  const same = recent.filter(({ plain }) => plain === last.plain);
  if (isBurst(same, fewestRepeats)) {
    hits.push(hit("repeated-sampling", index, 0.85, "one query many times at machine speed"));
  }
  const similar = recent.filter(({ words }) => overlap(words, last.words) >= sameWords);
  if (isBurst(similar, fewestRepeats) && distinct(similar) >= fewestRepeats / 2) {
    hits.push(hit("near-duplicate-queries", index, 0.85, "slight variants of one query"));
  }
  const filled = recent.filter(
    ({ head, words }) => head === last.head && words.size > templateWords,
  );
  if (isBurst(filled, fewestFillings) && distinct(filled) >= fewestFillings) {
    hits.push(hit("template-sweep", index, 0.8, "one template with many fillings"));
  }
  if (isSystematic(recent.slice(-fewestSystematic))) {
    hits.push(hit("systematic-queries", index, 0.75, "different queries in order at an even pace"));
  }
  return hits;
}

function hit(rule: string, index: number, score: number, reason: string): StreamHit {
  return { rule, index, score, strength: "strong", reason };
}

function distinct(queries: readonly Query[]): number {
  return new Set(queries.map(({ plain }) => plain)).size;
}

/** Enough of them, with a gap between neighbors that only a machine has. */
function isBurst(queries: readonly Query[], fewest: number): boolean {
  return queries.length >= fewest && median(gapsOf(queries.slice(-fewest))) <= machineGapSeconds;
}

function gapsOf(queries: readonly Query[]): number[] {
  return queries.slice(1).map(({ atSeconds }, at) => atSeconds - (queries[at]?.atSeconds ?? 0));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}

/** Queries that differ, come at a pace nobody keeps by hand, and either evenly or sorted. */
function isSystematic(queries: readonly Query[]): boolean {
  if (queries.length < fewestSystematic || distinct(queries) < queries.length * 0.9) {
    return false;
  }
  const gaps = gapsOf(queries);
  const middle = median(gaps);
  if (middle > machineGapSeconds) {
    return false;
  }
  const even = gaps.filter((gap) => Math.abs(gap - middle) <= 0.15 * middle).length;
  const sorted = queries
    .slice(1)
    .filter(({ plain }, at) => plain >= (queries[at]?.plain ?? "")).length;
  return even >= 0.85 * gaps.length || sorted >= 0.95 * gaps.length;
}
