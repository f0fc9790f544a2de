/** Pieces of a text by which it can be recognized elsewhere. */
export interface Distinctive {
  /** Those pieces that stand in another text. */
  takenInto(text: string): string[];
}

/** Addresses, hosts, account numbers, masks of the redactor and quoted phrases. */
const named =
  /\[[a-z]{2,8}(?:-[a-z]{1,16}){0,4}~[0-9a-f]{6}\]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}|(?:https?:\/\/)?(?:[\w-]{1,63}\.){1,5}(?:[a-z]{2,10})(?:\/[\w./?=&%-]{0,120})?|\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b|\b\d{6,20}\b|["'“‘`]([^"'“”‘’`\n]{6,120})["'”’`]/g;

const wordsInRun = 5;
const maxPieces = 400;

/** Texts whose words prove nothing. */
export interface KnownTexts {
  /** What people told the agent: nothing in it is distinctive. */
  readonly given: string;
  /** What else the agent read: its phrases are not distinctive, an address still is. */
  readonly read: string;
}

/**
 * What a text has that known texts have not: addresses and numbers, quoted phrases and runs of
 * five words. Comparison ignores case and punctuation, which agents change when they copy.
 */
export function distinctiveText(text: string, known: KnownTexts): Distinctive {
  const given = known.given.toLowerCase();
  const knownWords = plain(`${known.given}\n${known.read}`);
  const names = new Set<string>();
  const phrases = new Set<string>();
  for (const [match, quoted] of text.matchAll(named)) {
    const name = (quoted ?? match).toLowerCase();
    const isName = quoted === undefined || /^\S{1,64}@\S{4,190}$/.test(quoted);
    if (isName && name.length >= 6 && !given.includes(name) && names.size < maxPieces) {
      names.add(name);
    }
    if (!isName && quoted !== undefined && plain(quoted).length >= 8 && phrases.size < maxPieces) {
      phrases.add(plain(quoted));
    }
  }
  // Addresses count as names above; as words they would pass for a phrase.
  const words = plain(
    text.replace(named, (match: string, quoted: string | undefined) =>
      quoted === undefined ? " " : match,
    ),
  ).split(" ");
  for (let at = 0; at + wordsInRun <= words.length && phrases.size < maxPieces; at += 1) {
    const run = words.slice(at, at + wordsInRun).join(" ");
    if (run.length >= 20) {
      phrases.add(run);
    }
  }
  const distinctive = [...phrases].filter((phrase) => !knownWords.includes(phrase));
  return {
    takenInto: (other) => {
      const lower = other.toLowerCase();
      const otherWords = plain(other);
      return [
        ...[...names].filter((name) => lower.includes(name)),
        ...distinctive.filter((phrase) => otherWords.includes(phrase)),
      ];
    },
  };
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/\\[nrt]/g, " ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
