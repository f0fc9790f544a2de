import type { FoundSecret } from "../find-secrets.ts";
import type { SecretRule } from "../rules/secret-rule.ts";
import { createPersonalDataFinder } from "./find-personal-data.ts";
import { personalRules } from "./personal-rules.ts";

const find = createPersonalDataFinder(
  personalRules.filter(({ hard }) => hard),
  { cells: false },
);

/** Stand-ins for secret rules, so that both kinds are masked and reported the same way. */
const standIns = new Map(personalRules.map(({ id }) => [id, standIn(id)]));

/**
 * What identifies a person for life or gives access to money, to be masked before storage
 * beside the secrets already found. A text that is nothing but a number stays: too many are
 * order numbers.
 */
export function withPersonalData(
  text: string,
  secrets: readonly FoundSecret[],
): readonly FoundSecret[] {
  const all = find(text);
  if (all.length === 0) {
    return secrets;
  }
  const found = all.filter(({ start, end }) =>
    secrets.every((secret) => end <= secret.start || start >= secret.end),
  );
  if (found.length === 0) {
    return secrets;
  }
  const personal = found.flatMap(({ entity, start, end }) => {
    const rule = standIns.get(entity);
    return rule === undefined ? [] : [{ rule, start, end }];
  });
  return [...secrets, ...personal].toSorted((a, b) => a.start - b.start);
}

function standIn(id: string): SecretRule {
  return {
    id,
    keywords: [],
    anchor: "keyword",
    pattern: /$^/y,
    minEntropyBits: 0,
    shownPrefix: 0,
    confidence: "high",
    startsAt: "word",
    personal: true,
    sample: "",
  };
}
