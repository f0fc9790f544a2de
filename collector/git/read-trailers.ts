export interface Trailer {
  /** Lower case. */
  readonly key: string;
  readonly value: string;
}

/**
 * The trailers of a commit message: `Key: value` lines of its last paragraphs, with folded
 * lines joined. Paragraphs are read from the end as long as every line of them is a trailer, so
 * that trailers which a squash merge spread over several paragraphs are found, and a line of
 * the description that merely has a colon is not. The subject is never a trailer.
 */
export function readTrailers(message: string): Trailer[] {
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .split(/\n[ \t]*\n+/)
    .slice(1);
  const trailers: Trailer[] = [];
  for (const paragraph of paragraphs.toReversed()) {
    const read = readParagraph(paragraph.trimEnd());
    if (read === null) {
      break;
    }
    trailers.unshift(...read);
  }
  return trailers;
}

/** The values of every trailer with the given key. */
export function trailerValues(trailers: readonly Trailer[], key: string): string[] {
  return trailers.filter((trailer) => trailer.key === key).map(({ value }) => value);
}

function readParagraph(paragraph: string): Trailer[] | null {
  const trailers: { key: string; value: string }[] = [];
  for (const line of paragraph.split("\n").filter((text) => text.trim() !== "")) {
    const [, key, value] = /^([A-Za-z][A-Za-z0-9-]*):[ \t]+(.*)$/.exec(line) ?? [];
    const previous = trailers.at(-1);
    if (key !== undefined && value !== undefined) {
      trailers.push({ key: key.toLowerCase(), value: value.trim() });
    } else if (/^[ \t]/.test(line) && previous !== undefined) {
      previous.value = `${previous.value} ${line.trim()}`;
    } else {
      return null;
    }
  }
  return trailers;
}
