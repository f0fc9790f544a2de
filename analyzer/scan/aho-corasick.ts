/** Hits as pairs of numbers: pattern index, then the offset just past the match. */
export type Hits = number[];

export interface Matcher {
  /** Appends every occurrence of every pattern to `hits`, in order of their end. */
  collect(text: string, hits: Hits): void;
}

/** States fit 16 bits. */
const maxStates = 65_535;

interface Trie {
  readonly next: Map<number, number>[];
  readonly outputs: number[][];
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
  const { classOf, classCount } = characterClasses(patterns);
  const trie = buildTrie(patterns, classOf);
  const order = breadthFirst(trie);
  if (order.length > maxStates) {
    throw new RangeError(`expected patterns of ${maxStates} characters at most, got more`);
  }
  const fail = linkFailures(trie, order);
  const { renumbered, firstAccepting } = acceptingLast(trie, order);
  const table = new Uint32Array(order.length * classCount);
  for (const state of order) {
    const row = (renumbered[state] ?? 0) * classCount;
    const fallback = (renumbered[fail[state] ?? 0] ?? 0) * classCount;
    for (let symbol = 0; symbol < classCount; symbol += 1) {
      const child = trie.next[state]?.get(symbol);
      const inherited = state === 0 ? 0 : (table[fallback + symbol] ?? 0);
      table[row + symbol] = child === undefined ? inherited : (renumbered[child] ?? 0) * classCount;
    }
  }
  const outputs: number[][] = [];
  for (const [state, output] of trie.outputs.entries()) {
    outputs[renumbered[state] ?? 0] = output;
  }
  const automaton = { table, classOf, classCount, firstAccepting, outputs };
  return { collect: collector(automaton, patterns) };
}

interface Automaton {
  /** Row-major; entries are the places of the rows of target states. */
  readonly table: Uint32Array;
  readonly classOf: Uint8Array;
  readonly classCount: number;
  readonly firstAccepting: number;
  readonly outputs: readonly (readonly number[])[];
}

/** Shorter texts are read unit by unit: copying them out costs more than it saves. */
const shortestCopied = 80;

/** Long texts are read from here, a part at a time, one byte per unit. */
const copy = Buffer.allocUnsafeSlow(65_536);

function collector(automaton: Automaton, patterns: readonly string[]): Matcher["collect"] {
  const { table, classOf, classCount, firstAccepting, outputs } = automaton;
  const firstRow = firstAccepting * classCount;

  function accept(row: number, end: number, hits: Hits): void {
    for (const pattern of outputs[row / classCount] ?? []) {
      hits.push(pattern, end);
    }
  }

  function collectShort(text: string, hits: Hits): void {
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      // Both arrays cover every index that occurs, so a check here would only cost time.
      row = table[row + (classOf[text.charCodeAt(at)] as number)] as number;
      if (row >= firstRow) {
        accept(row, at + 1, hits);
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
      const length = copy.write(part, "latin1");
      for (let at = 0; at < length; at += 1) {
        row = table[row + (classOf[copy[at] as number] as number)] as number;
        if (row >= firstRow) {
          accept(row, start + at + 1, found);
        }
      }
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

function characterClasses(patterns: readonly string[]): {
  classOf: Uint8Array;
  classCount: number;
} {
  const classOf = new Uint8Array(65_536);
  let classCount = 1;
  for (const pattern of patterns) {
    if (pattern === "") {
      throw new RangeError("expected a pattern, got an empty string");
    }
    for (const character of pattern.toLowerCase()) {
      const code = character.charCodeAt(0);
      if (code >= 128 || character.length > 1) {
        throw new RangeError(`expected an ASCII pattern, got ${JSON.stringify(pattern)}`);
      }
      if (classOf[code] === 0) {
        classOf[code] = classCount;
        classOf[character.toUpperCase().charCodeAt(0)] = classCount;
        classCount += 1;
      }
    }
  }
  return { classOf, classCount };
}

function buildTrie(patterns: readonly string[], classOf: Uint8Array): Trie {
  const next: Map<number, number>[] = [new Map()];
  const outputs: number[][] = [[]];
  for (const [index, pattern] of patterns.entries()) {
    let state = 0;
    for (const character of pattern) {
      const symbol = classOf[character.charCodeAt(0)] ?? 0;
      let child = next[state]?.get(symbol);
      if (child === undefined) {
        child = next.push(new Map()) - 1;
        outputs.push([]);
        next[state]?.set(symbol, child);
      }
      state = child;
    }
    outputs[state]?.push(index);
  }
  return { next, outputs };
}

function breadthFirst(trie: Trie): number[] {
  const order = [0];
  for (const state of order) {
    order.push(...(trie.next[state]?.values() ?? []));
  }
  return order;
}

/** The failure link of each state; also adds the outputs reached through it. */
function linkFailures(trie: Trie, order: readonly number[]): number[] {
  const fail: number[] = [0];
  for (const state of order) {
    for (const [symbol, child] of trie.next[state] ?? []) {
      const target = state === 0 ? 0 : follow(trie, fail, fail[state] ?? 0, symbol);
      fail[child] = target;
      trie.outputs[child]?.push(...(trie.outputs[target] ?? []));
    }
  }
  return fail;
}

/** The longest suffix of a state that goes on with the symbol. */
function follow(trie: Trie, fail: readonly number[], from: number, symbol: number): number {
  let state = from;
  for (;;) {
    const child = trie.next[state]?.get(symbol);
    if (child !== undefined || state === 0) {
      return child ?? 0;
    }
    state = fail[state] ?? 0;
  }
}

/**
 * Numbers the states so that those with an output come last, and otherwise by depth: shallow
 * states are the busy ones, so their rows share cache lines. The root stays 0.
 */
function acceptingLast(
  trie: Trie,
  order: readonly number[],
): { renumbered: number[]; firstAccepting: number } {
  const renumbered: number[] = [];
  const plain = order.filter((state) => trie.outputs[state]?.length === 0);
  const accepting = order.filter((state) => trie.outputs[state]?.length !== 0);
  for (const [number, state] of [...plain, ...accepting].entries()) {
    renumbered[state] = number;
  }
  return { renumbered, firstAccepting: plain.length };
}
