/** Format characters (zero-width, direction marks, tags), variation selectors, the joiner. */
const invisible = /\p{Cf}|\p{Variation_Selector}|\u034f/gu;

/** Cyrillic, Greek, phonetic, Armenian and Cherokee letters that look like Latin ones, in pairs. */
const lookAlikes: ReadonlyMap<string, string> = new Map(
  (
    "аaеeоoрpсcхxуyіiїiјjѕsԁdһhԛqԝwѵvɡgɩiıiαaοoρpνvτtιiκkεeυuωwηnγyσoбbпnтtкkмmнhвbшwгrзe" +
    "АAВBЕEЗ3КKМMНHОOРPСCТTХXЅSІIЈJԌGԚQԜWҮYΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX" +
    "ᴀaʙbᴄcᴅdᴇeꜰfɢgʜhɪiᴊjᴋkʟlᴍmɴnᴏoᴘpʀrꜱsᴛtᴜuᴠvᴡwʏyᴢz" +
    "օoսuոnհhցgյjէtԵtսuƖlǀlɑaɒaƅbϲcϳjӏlҽeƽsꞓc"
  )
    .match(/../gu)
    ?.map((pair) => [pair.charAt(0), pair.charAt(1)] as const),
);

/**
 * A text as it looks: invisible characters out, compatibility forms (full-width, mathematical)
 * as plain ones, and look-alike letters in words of mixed script as Latin ones. Real Greek and
 * Russian stay as they are.
 */
export function foldText(text: string): string {
  const plain = text.replace(invisible, "").normalize("NFKC");
  return plain.replace(/[\p{L}\p{M}]{1,40}/gu, (word) => foldWord(word));
}

/** Words that mix Latin with Greek, Cyrillic or Armenian look-alikes; at most `most` are counted. */
export function mixedWords(text: string, most: number): number {
  let found = 0;
  for (const [word] of text.matchAll(/[\p{L}\p{M}]{3,40}/gu)) {
    if (/[A-Za-z]/.test(word) && /[\u0370-\u058f]/.test(word) && foldWord(word) !== word) {
      found += 1;
      if (found >= most) {
        break;
      }
    }
  }
  return found;
}

function foldWord(word: string): string {
  if (Buffer.byteLength(word) === word.length) {
    return word;
  }
  let folded = "";
  for (const character of word) {
    folded += lookAlikes.get(character) ?? character;
  }
  return /^\p{ASCII}+$/u.test(folded) ? folded : word;
}
