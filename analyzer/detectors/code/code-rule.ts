import type { Severity } from "../../../core/model/finding.ts";

/** A way of writing code that is known to be unsafe, told from one line. */
export interface CodeRule {
  readonly id: string;
  /** Weakness it stands for (CWE). */
  readonly cwe: string;
  readonly severity: Severity;
  readonly strength: "weak" | "strong";
  /** ASCII texts, one of which stands in every match; found first, in one pass. */
  readonly keywords: readonly string[];
  /** Tried on the line of a keyword, at most 400 characters around it. */
  readonly line: RegExp;
  /** Not if this matches the same line. */
  readonly unless?: RegExp;
  /** Only in texts that look like this, where other languages use the same words. */
  readonly inText?: RegExp;
  /** A line that must match; the contract test runs it. */
  readonly sample: string;
}

type Options = Pick<CodeRule, "sample"> &
  Partial<Pick<CodeRule, "severity" | "strength" | "unless" | "inText">>;

/** A rule that is a finding alone, unless it says otherwise. */
export function codeRule(
  [id, cwe]: readonly [id: string, cwe: string],
  keywords: readonly string[],
  line: RegExp,
  options: Options,
): CodeRule {
  return { id, cwe, keywords, line, severity: "medium", strength: "strong", ...options };
}
