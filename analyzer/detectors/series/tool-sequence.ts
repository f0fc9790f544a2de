/** How often which tool followed which; at most 64 tools, 4,097 counts. */
export interface ToolSequences {
  readonly tools: string[];
  /** Counts by `from>to`, both as positions in `tools`; −1 is start and end. */
  readonly transitions: Record<string, number>;
  readonly totals: Record<string, number>;
}

const maxTools = 64;
const prior = 0.5;
/** A step is compared with the usual step once so many followed the same tool. */
const minSeen = 20;

export function createToolSequences(): ToolSequences {
  return { tools: [], transitions: {}, totals: {} };
}

/** Takes in the tools that one session or trace called, in order. */
export function learnToolSequence(state: ToolSequences, sequence: readonly string[]): void {
  for (const name of sequence) {
    if (!state.tools.includes(name) && state.tools.length < maxTools) {
      state.tools.push(name);
    }
  }
  for (const [from, to] of stepsOf(state, sequence)) {
    state.transitions[`${from}>${to}`] = (state.transitions[`${from}>${to}`] ?? 0) + 1;
    state.totals[from] = (state.totals[from] ?? 0) + 1;
  }
}

/**
 * Surprise of a sequence under a first-order Markov chain, in bits per step beyond what the
 * same steps usually cost: mean of −log₂ p(to | from) − H(from), p with 0.5 added to each count.
 * 0 is usual; tools beyond the 64th are one. Steps from tools seen fewer than 20 times say
 * nothing. Also gives the least likely step.
 */
export function toolSurprise(
  state: ToolSequences,
  sequence: readonly string[],
): { readonly bitsPerStep: number; readonly step: readonly [string, string] | null } {
  let [bits, steps, rarest] = [0, 0, 0];
  let step: readonly [string, string] | null = null;
  for (const [from, to] of stepsOf(state, sequence)) {
    if ((state.totals[from] ?? 0) >= minSeen) {
      const cost = -Math.log2(probability(state, from, to));
      bits += cost - entropy(state, from);
      steps += 1;
      step = cost > rarest ? [nameOf(state, from), nameOf(state, to)] : step;
      rarest = Math.max(rarest, cost);
    }
  }
  return { bitsPerStep: steps === 0 ? 0 : bits / steps, step };
}

function stepsOf({ tools }: ToolSequences, sequence: readonly string[]): [number, number][] {
  // One past the last tool stands for all that came after the cap.
  const places = sequence.map((name) => {
    const place = tools.indexOf(name);
    return place < 0 ? tools.length : place;
  });
  return [...places, -1].map((to, index) => [places[index - 1] ?? -1, to]);
}

function probability(
  { tools, transitions, totals }: ToolSequences,
  from: number,
  to: number,
): number {
  const seen = transitions[`${from}>${to}`] ?? 0;
  return (seen + prior) / ((totals[from] ?? 0) + prior * (tools.length + 2));
}

function entropy(state: ToolSequences, from: number): number {
  let bits = 0;
  for (let to = -1; to <= state.tools.length; to++) {
    const share = probability(state, from, to);
    bits -= share * Math.log2(share);
  }
  return bits;
}

function nameOf({ tools }: ToolSequences, place: number): string {
  return tools[place] ?? (place < 0 ? "(end)" : "(other)");
}
