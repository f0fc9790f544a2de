import { createSecretFinder } from "../../redact/find-secrets.ts";
import { createPersonalDataFinder } from "../../redact/personal/find-personal-data.ts";
import { personalRules } from "../../redact/personal/personal-rules.ts";
import { secretRules } from "../../redact/rules/secret-rules.ts";
import type { DecodedView } from "../../scan/decoded-view.ts";
import { encodedTokens } from "./encoded-tokens.ts";
import { hiddenViews } from "./recent-views.ts";

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

/** The two functions look at the contents of a record one after the other. */
const recent: { text: string; views: readonly DecodedView[] }[] = [];
const mostRecent = 6;

function viewsOf(text: string): readonly DecodedView[] {
  const known = recent.find((entry) => entry.text === text);
  if (known !== undefined) {
    return known.views;
  }
  const views = [...hiddenViews(text), ...encodedTokens(text), ...closedUp(text)];
  recent.push({ text, views });
  if (recent.length > mostRecent) {
    recent.shift();
  }
  return views;
}

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
  return text.length <= longestClosedUp && text.includes("  ") && /\d {2,8}\d/.test(text)
    ? [{ text: text.replaceAll(/ {2,}/g, " "), start: 0, end: text.length, encoding: "spaced" }]
    : [];
}
