import type { Tokens } from "./tokenize.ts";

/** Sentences with fewer words say too little to judge them. */
const shortest = 3;
/** A longer sentence is judged in parts of this many words. */
const longest = 48;

/** Calls `visit` with the first word of each sentence, line or cell and the one after its last. */
export function eachSentence(tokens: Tokens, visit: (from: number, to: number) => void): void {
  const { count, opens } = tokens;
  for (let from = 0; from < count; ) {
    let to = from + 1;
    while (to < count && opens[to] !== 1 && to - from < longest) {
      to += 1;
    }
    if (to - from >= shortest) {
      visit(from, to);
    }
    from = to;
  }
}
