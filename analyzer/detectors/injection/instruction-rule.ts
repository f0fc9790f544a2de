/** A way of talking a model out of its instructions. */
export interface InstructionRule {
  readonly id: string;
  /** Any of these must occur (ASCII, case ignored) before the pattern is tried. */
  readonly keywords: readonly string[];
  /**
   * Tried once where the keyword starts if it is sticky, else searched for in the text from 120
   * characters before the keyword to 240 after it.
   */
  readonly pattern: RegExp;
  /** How sure the rule alone is, 0 to 1; two different rules add up. */
  readonly weight: number;
  /** True if a keyword must be a whole word. */
  readonly wholeWord?: boolean;
  /** True for the verdict of a text model rather than a rule. */
  readonly learnt?: boolean;
}

/** Not searched for with a pattern; see `isTokenFlood`. */
export const tokenFlood: InstructionRule = {
  id: "token-flood",
  keywords: [],
  pattern: /(?!)/,
  weight: 0.6,
};
