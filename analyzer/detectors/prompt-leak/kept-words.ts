/** Introduces what a system prompt keeps to itself, and what it is. */
const kept =
  /\b(?:pass\s?words?|passphrases?|pass\s?codes?|access codes?|secret(?: (?:word|key|code|phrase|message))?|code\s?words?|security code|api key|pin)\s{0,4}(?:is|are|was|=|:|says?|enters?|types?|to be)\s{0,4}(?:exactly\s{0,4})?["'`“‘«*]{0,3}([^\n"'`”’»*]{3,80})/gi;
/** The value stands at the end of an unquoted sentence, or ends where the sentence goes on. */
const ending = /(?:[,.;!](?:\s|$)|\s(?:and|then|say|you|if|or|only|but)\b).{0,80}$/i;
const most = 8;

/** Where the value stands as a word of its own in a text, whatever its case, or -1. */
export function findKeptWord(text: string, value: string): number {
  const [lower, wanted] = [text.toLowerCase(), value.toLowerCase()];
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    if (!isLetter(lower.charCodeAt(at - 1)) && !isLetter(lower.charCodeAt(at + wanted.length))) {
      return at;
    }
  }
  return -1;
}

function isLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

/** Values that a system prompt says are secret, such as the word after `the password is`. */
export function keptWords(prompt: string): string[] {
  const found = new Set<string>();
  for (const [, value = ""] of prompt.matchAll(kept)) {
    const trimmed = value.replace(ending, "").trim();
    if (
      trimmed.length >= 3 &&
      !/^(?:not|never|correct|the|a|an|secret|wrong|to)\b/i.test(trimmed)
    ) {
      found.add(trimmed);
    }
    if (found.size >= most) {
      break;
    }
  }
  return [...found];
}
