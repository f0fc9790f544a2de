import { type EditResult, refused } from "../surface-format.ts";

export const adviceBegin = "<!-- telltale:begin guardrails -->";
export const adviceEnd = "<!-- telltale:end guardrails -->";

const maxBullets = 10;
const maxBulletLength = 200;
/** Plain words and inline code only: no link, image, HTML, import, mention or fence. */
const bulletPattern = /^- [A-Za-z0-9 .,:;'()`/*~_-]+$/;

/**
 * Adds a bullet to the block between our two markers, in a file that agents read. Only the
 * block is rewritten; without markers it is appended; the oldest bullet leaves when there are more than ten.
 * Markers that are doubled, nested or alone, or a block that holds anything but our kind of
 * bullets, are refused.
 */
export function addAdvice(before: string, bullet: string): EditResult {
  if (!isBullet(bullet)) {
    return refused("The advice does not fit the bullet template.");
  }
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const begins = before.split(adviceBegin).length - 1;
  const ends = before.split(adviceEnd).length - 1;
  if (begins === 0 && ends === 0) {
    return { status: "edited", text: appended(before, bullet, eol) };
  }
  const from = before.indexOf(adviceBegin) + adviceBegin.length;
  const to = before.indexOf(adviceEnd);
  if (begins !== 1 || ends !== 1 || to < from) {
    return refused("The markers of the guardrail block are doubled, nested or incomplete.");
  }
  const bullets = before
    .slice(from, to)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (!bullets.every(isBullet)) {
    return refused("The guardrail block holds text that Telltale did not write.");
  }
  if (bullets.includes(bullet)) {
    return { status: "in_place" };
  }
  const kept = [...bullets, bullet].slice(-maxBullets);
  const block = `${eol}${kept.join(eol)}${eol}`;
  return { status: "edited", text: before.slice(0, from) + block + before.slice(to) };
}

function isBullet(line: string): boolean {
  return line.length <= maxBulletLength && bulletPattern.test(line);
}

/** Appends the block after one empty line; a missing final newline stays missing. */
function appended(before: string, bullet: string, eol: string): string {
  const block = [adviceBegin, bullet, adviceEnd].join(eol);
  if (before === "" || before === "\uFEFF") {
    return `${before}${block}${eol}`;
  }
  return before.endsWith("\n") ? `${before}${eol}${block}${eol}` : `${before}${eol}${eol}${block}`;
}
