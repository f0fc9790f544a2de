import type { AttributedMatch } from "../inspect/content-scanner.ts";

/** Masks in a text what detectors found beyond what the redactor masks in everything stored. */
export function maskMatches(text: string, matches: readonly AttributedMatch[]): string {
  const places = matches
    .filter(({ type, contentIndex }) => type === "pii_leak" && contentIndex === 0)
    .filter(({ start, end, maskedValue }) => text.slice(start, end) !== maskedValue)
    .toSorted((a, b) => a.start - b.start);
  let masked = "";
  let from = 0;
  for (const { start, end, maskedValue } of places) {
    if (start >= from) {
      masked += text.slice(from, start) + maskedValue;
      from = end;
    }
  }
  return masked + text.slice(from);
}
