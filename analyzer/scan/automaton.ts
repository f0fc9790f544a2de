/** Aho and Corasick's automaton as a dense table. */
export interface Automaton {
  /** Row-major; entries are the places of the rows of target states. */
  readonly table: Int32Array;
  readonly classOf: Uint8Array;
  readonly classCount: number;
  readonly firstAccepting: number;
  readonly outputs: readonly (readonly number[])[];
}

/** States fit 16 bits. */
const maxStates = 65_535;

interface Trie {
  readonly next: Map<number, number>[];
  readonly outputs: number[][];
}

/**
 * Builds the automaton of ASCII patterns, whose case is ignored: characters that occur in no
 * pattern share one class, and accepting states have the highest numbers.
 *
 * @throws RangeError if a pattern is empty or not ASCII, or all are too long together.
 */
export function buildAutomaton(patterns: readonly string[]): Automaton {
  const { classOf, classCount } = characterClasses(patterns);
  const trie = buildTrie(patterns, classOf);
  const order = breadthFirst(trie);
  if (order.length > maxStates) {
    throw new RangeError(`expected patterns of ${maxStates} characters at most, got more`);
  }
  const fail = linkFailures(trie, order);
  const { renumbered, firstAccepting } = acceptingLast(trie, order);
  const table = new Int32Array(order.length * classCount);
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
  return { table, classOf, classCount, firstAccepting, outputs };
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
