/** How sure a match is: a provider's own format, or a shape that other things share. */
export type SecretConfidence = "high" | "low";

/**
 * One kind of secret. A keyword found by the multi-pattern engine triggers the pattern, tried
 * once and sticky: where the keyword starts, or just after it.
 */
export interface SecretRule {
  /** Also the target class of detections, such as `github-token`. */
  readonly id: string;
  /** Lower-case ASCII; matched without regard to case. */
  readonly keywords: readonly string[];
  readonly anchor: "keyword" | "after-keyword";
  /** Sticky; group 1 is the secret. */
  readonly pattern: RegExp;
  readonly minEntropyBits: number;
  /** Leading characters of the secret that name its type and are no secret themselves. */
  readonly shownPrefix: number;
  readonly confidence: SecretConfidence;
  /** Where a keyword counts: anywhere, at the start of a word, or also at a camel-case hump. */
  readonly startsAt: "anywhere" | "word" | "hump";
  /** Last word on a candidate, given the text before the keyword (at most 24 characters). */
  readonly accept?: (secret: string, before: string) => boolean;
  /** True for personal data, which is masked like a secret and judged apart. */
  readonly personal?: true;
  /** True for a rule of the operator's own, which judges what it masked itself. */
  readonly user?: true;
  /** A synthetic text that must match; the contract test runs it. */
  readonly sample: string;
}

/** Character classes of tokens, with the alphabet that samples are drawn from. */
export const alphabets = {
  alnum: { source: "A-Za-z0-9", letters: "k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0" },
  lower: { source: "a-z0-9", letters: "k7qd2mxw9rzt4bhs1nvy8cjf6gpl3ew5ua0" },
  upper: { source: "A-Z0-9", letters: "K7QD2MXW9RZT4BHS1NVY8CJF6GPL3EW5UA0" },
  base32: { source: "A-Z2-7", letters: "K7QD2MXWRZT4BHSNVYCJF6GPL3EW5UA" },
  letters: { source: "A-Za-z", letters: "kQdmXwRzTbHsNvYcJfGpLeWuAoIgVxZt" },
  digits: { source: "0-9", letters: "7294183650" },
  hex: { source: "a-fA-F0-9", letters: "7d2f9b4c1e8a6053" },
  word: { source: "\\w-", letters: "k7Qd2m-w9RzT4bH_1NvY8cJf6GpL3eW5uA0" },
  wide: { source: "\\w=-", letters: "k7Qd2m-w9RzT4bH_1NvY8cJf6GpL3eW5uA0" },
  dotted: { source: "\\w.-", letters: "k7Qd2m-w9RzT4bH_1NvY8cJf6GpL3eW5uA0" },
  base64: { source: "A-Za-z0-9+/", letters: "k7Qd2m/w9RzT4bH+1NvY8cJf6GpL3eW5uA0" },
} as const;

export type Alphabet = keyof typeof alphabets;

/** A deterministic text of one alphabet, for samples; no real secret is in the repository. */
export function sampleOf(alphabet: Alphabet, length: number): string {
  const { letters } = alphabets[alphabet];
  let text = "";
  for (let at = 0; at < length; at += 1) {
    text += letters[(at * 11 + Math.floor(at / letters.length)) % letters.length];
  }
  return text;
}

/** What documentation writes in place of a secret. */
const placeholder =
  /x{5}|\*{2}|\.{3}|0{8}|abcdefghijk|example|redacted|placeholder|your[_-]|change[_-]?me|dummy|insert[_-]|<|\$\{|\{\{/i;

/** Sequences that only people type; a provider's sample keys have them too. */
const typedSequence = /1234567890|0123456789|00112233|deadbeef/i;

export function isTypedSequence(text: string): boolean {
  return typedSequence.test(text);
}

/** True if the text reads like documentation's stand-in for a secret. */
export function isPlaceholder(text: string): boolean {
  return placeholder.test(text) || hasLetterRun(text);
}

const shortestRun = 7;

/** True if one letter stands seven times in a row. */
function hasLetterRun(text: string): boolean {
  let run = 1;
  for (let at = 1; at < text.length; at += 1) {
    run = text.charCodeAt(at) === text.charCodeAt(at - 1) ? run + 1 : 1;
    if (run >= shortestRun && /[A-Za-z]/.test(text.charAt(at))) {
      return true;
    }
  }
  return false;
}
