import type { Sighting } from "../redact/redactor.ts";

/** The offset in the unmasked text of an offset in the masked one; inside a mask, its start. */
export function originalOffset(offset: number, sightings: readonly Sighting[]): number {
  let shift = 0;
  for (const { start, end, masked } of sightings) {
    const maskedStart = start - shift;
    if (offset <= maskedStart) {
      break;
    }
    if (offset < maskedStart + masked.length) {
      return start;
    }
    shift += end - start - masked.length;
  }
  return offset + shift;
}
