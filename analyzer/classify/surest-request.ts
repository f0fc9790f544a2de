import { type LinearModel, natsOf, sumWeights, type Window } from "./linear-model.ts";
import { eachSentence } from "./sentences.ts";
import type { Tokens } from "./tokenize.ts";

/** What stands around a sentence changes how likely it is that it speaks to the reader. */
const adjustment = { cell: -3, quoted: -2, midLine: -2.5, amongRows: 2.5 };
/** A text with more sentences gives chance more opportunities. */
const expectedSentences = 8;

/** Sentences below this say nothing, wherever they stand. */
const least = -5;

/**
 * The sentence that reads most like a request to an assistant, where no person should be asking:
 * the model's nats, less for table cells, quotations and fragments, more for a sentence alone
 * between the rows of a table, and less ln(n / 8) for a text of n sentences or cells.
 */
export function surestRequest(model: LinearModel, text: string, tokens: Tokens): Window {
  const sums = sumWeights(model, tokens);
  let best: Window = { nats: Number.NEGATIVE_INFINITY, from: 0, to: 0 };
  let sentences = 0;
  let line: Line | null = null;
  eachSentence(tokens, (from, to) => {
    sentences += 1;
    const nats = natsOf(model, sums, from, to);
    // Nothing around a sentence adds more than this.
    if (nats + adjustment.amongRows > Math.max(least, best.nats)) {
      const start = tokens.starts[from] as number;
      line = line === null || start >= line.end ? lineAround(text, start) : line;
      const adjusted = nats + contextOf(text, start, line);
      best = adjusted > best.nats ? { nats: adjusted, from, to } : best;
    }
  });
  const chance = Math.max(0, Math.log(Math.max(1, sentences) / expectedSentences));
  return { ...best, nats: best.nats - chance };
}

interface Line {
  readonly start: number;
  /** Just past the line, without its line break. */
  readonly end: number;
  /** True for a row of a table. */
  readonly cells: boolean;
  /** True if the line before or after is a row of a table. */
  readonly amongRows: boolean;
}

function lineAround(text: string, at: number): Line {
  const start = lineStart(text, at);
  const end = lineEnd(text, at);
  const cells = hasCells(text, start, end);
  const amongRows =
    !cells &&
    ((start > 1 && hasCells(text, lineStart(text, start - 1), start - 1)) ||
      (end + 1 < text.length && hasCells(text, end + 1, lineEnd(text, end + 1))));
  return { start, end, cells, amongRows };
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const next = text.indexOf("\n", at);
  return next < 0 ? text.length : next;
}

/** Two separators make a row; they stand near its start. */
function hasCells(text: string, start: number, end: number): boolean {
  const line = text.slice(start, Math.min(end, start + rowSample));
  const first = line.indexOf("|");
  return first >= 0 && line.includes("|", first + 1);
}

const rowSample = 400;

function contextOf(text: string, start: number, line: Line): number {
  if (line.cells) {
    return adjustment.cell;
  }
  let before = start - 1;
  while (before >= line.start && (text[before] === " " || text[before] === "*")) {
    before -= 1;
  }
  const mark = before < line.start ? "\n" : (text[before] ?? "\n");
  const alone = line.amongRows ? adjustment.amongRows : 0;
  if (`"'\`“‘`.includes(mark)) {
    return alone + adjustment.quoted;
  }
  return "\n.?!:;>".includes(mark) ? alone : alone + adjustment.midLine;
}
