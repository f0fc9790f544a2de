import type { Content } from "../../../core/model/genai.ts";
import { createSecretFinder } from "../../redact/find-secrets.ts";
import { createPersonalDataFinder } from "../../redact/personal/find-personal-data.ts";
import { personalRules } from "../../redact/personal/personal-rules.ts";
import { secretRules } from "../../redact/rules/secret-rules.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";
import { remember } from "../../scan/remember.ts";
import { textSigns } from "../../scan/text-signs.ts";
import { encodedTokens } from "./encoded-tokens.ts";
import { createViewCheck, hiddenViews } from "./recent-views.ts";

/** A secret or personal data that a plain reading of a text does not show. */
export interface Disguised {
  /** The rule or entity. */
  readonly id: string;
  /** Range of the carrier in the text as given. */
  readonly start: number;
  readonly end: number;
  /** The words around it as decoded, itself left out. */
  readonly excerpt: string;
}

const findSecrets = createSecretFinder(secretRules);
const findPersonal = createPersonalDataFinder(personalRules, { cells: true });

/** Secrets behind invisible characters, look-alike letters or one layer of encoding. */
export function disguisedSecrets(text: string): Disguised[] {
  return inViews(text, (view) =>
    findSecrets(view).map(({ rule, start, end }) => ({ id: rule.id, start, end })),
  );
}

/** The same for identifiers of people. */
export function disguisedPersonalData(text: string): Disguised[] {
  return inViews(text, (view) =>
    findPersonal(view).flatMap(({ entity, hard, basis, start, end }) =>
      hard || basis !== "form" ? [{ id: entity, start, end }] : [],
    ),
  );
}

interface Range {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

const none: Disguised[] = [];

const viewsOf: (text: string) => readonly DecodedView[] = remember((text) => [
  ...hiddenViews(text),
  ...encodedTokens(text),
  ...closedUp(text),
]);

/** Whether any of a record's contents is worth a look; false for nearly all. */
export const mayBeDisguised: (contents: readonly Content[]) => boolean = createViewCheck(viewsOf);

function inViews(text: string, find: (view: string) => Range[]): Disguised[] {
  const views = viewsOf(text);
  if (views.length === 0) {
    return none;
  }
  const found = new Map<string, Disguised>();
  for (const view of views) {
    const ranges = find(view.text);
    for (const { id, start, end } of ranges) {
      const before = view.text.slice(Math.max(0, start - 80), start);
      const after = view.text.slice(end, end + 80);
      found.set(id, {
        id,
        start: view.start,
        end: view.end,
        excerpt: ranges.length > 1 ? `[${id}]` : `${before}[${id}]${after}`,
      });
    }
  }
  return [...found.values()];
}

const longestClosedUp = 4096;

/** The text with wide gaps between digits closed up, if it has any. */
function closedUp(text: string): DecodedView[] {
  const { hasDigit, hasDoubleSpace } = textSigns(text);
  const mayHave = hasDigit && hasDoubleSpace && text.length <= longestClosedUp;
  return mayHave && /\d {2,8}\d/.test(text)
    ? [{ text: text.replaceAll(/ {2,}/g, " "), start: 0, end: text.length, encoding: "spaced" }]
    : [];
}
