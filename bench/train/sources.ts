import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../random.ts";
import { attackPhrases } from "./attack-phrases.ts";
import { benignPhrases } from "./benign-phrases.ts";
import { expandTemplate } from "./expand-template.ts";
import { answerPhrases, refusalPhrases } from "./refusal-phrases.ts";
import { requestPhrases } from "./request-phrases.ts";

/** A text to learn from. */
export interface TrainingText {
  readonly text: string;
  /** Texts of one group are kept together when the model is cross-validated. */
  readonly group: string;
}

/** Texts of one origin. */
export interface Source {
  readonly name: string;
  readonly texts: readonly TrainingText[];
}

export interface Row {
  readonly text?: string;
  readonly label: string;
  readonly class: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface Selection {
  readonly wanted?: (row: Row) => boolean;
  /** Member of `extra` that tells groups apart; without it, eight neighbors are one. */
  readonly groupBy?: string;
  /** Every `nth` wanted row only. */
  readonly every?: number;
}

/** Reads the development half of labelled sets and keeps a record of the files it read. */
export interface DataFolder {
  source(name: string, selection?: Selection): Source;
  /** SHA-256 of every file read so far. */
  readonly digests: ReadonlyMap<string, string>;
}

export function openDataFolder(folder: string): DataFolder {
  const digests = new Map<string, string>();
  return {
    digests,
    source: (name, { wanted = () => true, groupBy, every = 1 } = {}) => {
      const bytes = readFileSync(join(folder, `${name}.jsonl`));
      digests.set(`${name}.jsonl`, createHash("sha256").update(bytes).digest("hex"));
      const rows = bytes
        .toString("utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Row);
      const texts = rows
        .filter((row) => row.text !== undefined && wanted(row))
        .filter((_, index) => index % every === 0)
        .map((row, index) => ({
          text: row.text ?? "",
          group: `${name}:${groupBy === undefined ? index >> 3 : String(row.extra?.[groupBy])}`,
        }));
      return { name, texts };
    },
  };
}

/** Expansions of each family's templates; the same number gives the same texts. */
export function phraseSources(kind: "attack" | "request", perTemplate: number): Source[] {
  const families = kind === "attack" ? attackPhrases : requestPhrases;
  return Object.entries(families).map(([family, templates]) => ({
    name: `phrases.${kind}.${family}`,
    texts: expandAll(templates, perTemplate, (index) => `phrases.${kind}.${family}:${index}`),
  }));
}

const lists = { benign: benignPhrases, refusal: refusalPhrases, answer: answerPhrases };

export function phraseList(kind: keyof typeof lists, perTemplate: number): Source {
  const name = `phrases.${kind}`;
  return { name, texts: expandAll(lists[kind], perTemplate, (index) => `${name}:${index}`) };
}

function expandAll(
  templates: readonly string[],
  perTemplate: number,
  groupOf: (template: number) => string,
): TrainingText[] {
  return templates.flatMap((template, index) => {
    const random = createRandom(index + 1);
    const texts = Array.from({ length: perTemplate }, () => expandTemplate(template, random));
    return [...new Set(texts)].map((text) => ({ text, group: groupOf(index) }));
  });
}
