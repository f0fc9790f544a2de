import { createMatcher } from "../../scan/aho-corasick.ts";

/** Without any of these no model declines; what has one is shown to the refusal model. */
const cues: readonly string[] = [
  "sorry|apolog|cannot|can't|can not|can only|unable|not able|won't|will not|must not",
  "should not|not be able|not provide|not appropriate|inappropriate|illegal|unlawful",
  "harm|ethic|moral|decline|refuse|not comfortable|don't have|do not have|doesn't",
  "not possible|impossible|important to|afraid|recommend|privacy|respect|never|violat",
  "danger|not acceptable|offensive|guideline|as an ai|language model|no evidence",
  "fiction|not a real|crime|criminal|serious|wrong|support|help",
]
  .join("|")
  .split("|");

const matcher = createMatcher(cues);

export function hasRefusalCue(text: string): boolean {
  return matcher.occursIn(text);
}
