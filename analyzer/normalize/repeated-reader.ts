import type { Content } from "../../core/model/genai.ts";

const maxEntries = 512;
/** Longer texts are read each time. */
const maxTextLength = 65_536;
/** UTF-16 units of all texts that are kept. */
const maxKeptLength = 2_097_152;

/**
 * Remembers the contents of texts that come again with every call, such as the system prompt
 * and the tools of an agent. The same text gives the same `Content` objects.
 */
export function createRepeatedReader(
  read: (text: string, location: string) => Content[],
): (text: string, location: string) => Content[] {
  const known = new Map<string, Map<string, Content[]>>();
  let keptLength = 0;
  let entries = 0;

  function keep(text: string, location: string, contents: Content[]): void {
    if (entries >= maxEntries || keptLength + text.length > maxKeptLength) {
      known.clear();
      keptLength = 0;
      entries = 0;
    }
    const atLocation = known.get(location) ?? new Map<string, Content[]>();
    atLocation.set(text, contents);
    known.set(location, atLocation);
    keptLength += text.length;
    entries += 1;
  }

  return (text, location) => {
    if (text.length > maxTextLength) {
      return read(text, location);
    }
    const found = known.get(location)?.get(text);
    if (found !== undefined) {
      return found;
    }
    const contents = read(text, location);
    keep(text, location, contents);
    return contents;
  };
}
