/**
 * What a match needs beside its form.
 *
 * - `nothing`: the form, or its check digits, say enough wherever it stands.
 * - `cell`: a word that names it nearby, or that it is the whole text.
 * - `context`: a word that names it nearby.
 */
export type Needs = "nothing" | "cell" | "context";

/** One kind of personal data. */
export interface PersonalRule {
  /** Also the entity in detections, such as `iban-code`. */
  readonly id: string;
  /** Global, bounded; group 1, if there is one, is the value. */
  readonly pattern: RegExp;
  readonly needs: Needs;
  /** Least digits around the value; fewer are not tried. */
  readonly minDigits: number;
  /** Lengths of runs of letters and digits, one of which stands in every value; empty: any. */
  readonly runs: readonly number[];
  /** A character that stands in every value, or empty. */
  readonly mark: string;
  /** Lower-case words that name it, in the languages of its country. */
  readonly context: readonly string[];
  /** True for what identifies a person for life or gives access to money: it is masked. */
  readonly hard: boolean;
  /** Last word on a value: check digits, dates, ranges. */
  readonly accept?: (value: string) => boolean;
  /** Accepted where a word names it, though `accept` says no. */
  readonly looseInContext?: boolean;
  /** A synthetic text that must match; the contract test runs it. */
  readonly sample: string;
}

/** Longer runs count as this long. */
export const longestRun = 31;

type Options = Partial<Omit<PersonalRule, "id" | "pattern" | "sample">>;

/** Letters of scripts without spaces may touch a number, Latin ones may not. */
const wordUnit = "[\\w\\u00c0-\\u024f]";

/** A rule over whole tokens: nothing that belongs to a word or number may touch the match. */
export function personalRule(
  id: string,
  source: string,
  sample: string,
  options: Options = {},
): PersonalRule {
  return {
    id,
    pattern: new RegExp(
      `(?<!${wordUnit}|[~*]|[0-9][.,/-])(?:${source})(?!${wordUnit}|[.,/-][0-9])`,
      "gi",
    ),
    sample,
    needs: "cell",
    minDigits: 5,
    runs: [],
    mark: "",
    context: [],
    hard: true,
    ...options,
  };
}
