/** Words of a text as hashes of their stems, with where they stand. Reused from call to call. */
export interface Tokens {
  count: number;
  readonly hashes: Int32Array;
  /** Offset of each word in the text. */
  readonly starts: Uint32Array;
  /** 1 for the first word of a sentence, a line or a cell. */
  readonly opens: Uint8Array;
}

/** Words after these are not read. */
export const maxTokens = 16_384;

export function createTokens(): Tokens {
  return {
    count: 0,
    hashes: new Int32Array(maxTokens + 1),
    starts: new Uint32Array(maxTokens + 1),
    opens: new Uint8Array(maxTokens + 1),
  };
}

/** A word is known by its first letters, so that endings do not matter. */
const stemLength = 5;
const numberHash = 0x51ed270b;
const questionHash = 0x2c1b3c6d;
/** Of the 32-bit FNV hash. */
const basis = 0x811c9dc5;
const prime = 0x01000193;

const other = 0;
const letter = 1;
/** Stands inside words and does not count. */
const apostrophe = 2;
const digit = 3;
/** Goes on with a number. */
const comma = 4;
/** Goes on with a number, and ends a sentence before white space. */
const point = 5;
/** Ends a sentence before white space. */
const stop = 6;
/** Ends a sentence wherever it stands. */
const closing = 7;
const question = 8;

const kinds = new Uint8Array(65_536);
for (let code = 0; code < kinds.length; code += 1) {
  kinds[code] = code < 128 ? kindOf(String.fromCharCode(code)) : foreignKind(code);
}

function kindOf(character: string): number {
  if (/[a-z]/i.test(character)) {
    return letter;
  }
  if (/[0-9]/.test(character)) {
    return digit;
  }
  if ("\n|<>{}".includes(character)) {
    return closing;
  }
  if ("!;:".includes(character)) {
    return stop;
  }
  return { "'": apostrophe, ",": comma, ".": point, "?": question }[character] ?? other;
}

/** Letters of other scripts, roughly: what lies between the Latin ones and punctuation, and CJK. */
function foreignKind(code: number): number {
  if (code === 0x2019) {
    return apostrophe;
  }
  return code >= 0xc0 && (code < 0x2000 || code > 0x2e7f) ? letter : other;
}

/** Texts are read from here; what is longer is not read. */
const units = new Uint16Array(131_072);
const bytes = Buffer.from(units.buffer);

/**
 * Splits a text into lower-case stems: the first five letters of each word, one hash for every
 * number, one for a question mark. Linear in the text; nothing is allocated.
 *
 * @param most words that are read.
 */
export function tokenize(text: string, tokens: Tokens, most = maxTokens): void {
  const { hashes, starts, opens } = tokens;
  const length = Math.min(bytes.write(text, "utf16le") >> 1, units.length - 1);
  // A space ends the last word.
  units[length] = 0x20;
  let count = 0;
  let opening = 1;
  let hash = basis;
  let letters = 0;
  let start = 0;
  let before = other;
  for (let at = 0; at <= length && count < most; at += 1) {
    const code = units[at] as number;
    const kind = kinds[code] as number;
    if (kind === letter) {
      if (letters === 0) {
        start = at;
      }
      if (letters < stemLength) {
        hash = Math.imul(hash ^ (code | 0x20), prime);
      }
      letters += 1;
    } else if (kind !== apostrophe) {
      if (letters > 0) {
        hashes[count] = hash;
        starts[count] = start;
        opens[count] = opening;
        count += 1;
        opening = 0;
        hash = basis;
        letters = 0;
      }
      const goesOn = before >= digit && before <= point;
      if ((kind === digit && !goesOn) || kind === question) {
        hashes[count] = kind === digit ? numberHash : questionHash;
        starts[count] = at;
        opens[count] = opening;
        count += 1;
        opening = 0;
      }
      if (kind >= closing || (kind >= point && (units[at + 1] as number) <= 0x20)) {
        opening = 1;
      }
    }
    before = kind;
  }
  tokens.count = Math.min(count, most);
}
