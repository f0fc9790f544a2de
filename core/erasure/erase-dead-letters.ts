import { gunzipSync } from "node:zlib";
import type { DeadLetterPage, DeadLetters } from "../queue/dead-letters.ts";
import type { DeadLetter } from "../queue/queue.ts";
import { isMentioned, looksInTexts, type Subject } from "./subject.ts";

const lettersPerPage = 100;

/** Positions of a tenant's dead letters whose body holds the id. */
export async function findDeadLetters(
  deadLetters: DeadLetters,
  subject: Subject,
): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: DeadLetterPage = await deadLetters.list(lettersPerPage, cursor, subject.tenant);
    for (const { position } of page.items) {
      const letter = await deadLetters.get(position);
      if (letter !== null && holds(letter, subject)) {
        found.push(position);
      }
    }
    cursor = page.nextCursor;
  }
  return found;
}

/** Drops them: a record that was never stored cannot be stored without its person. */
export async function eraseDeadLetters(deadLetters: DeadLetters, subject: Subject): Promise<void> {
  for (const position of await findDeadLetters(deadLetters, subject)) {
    await deadLetters.drop(position);
  }
}

function holds(letter: DeadLetter, subject: Subject): boolean {
  const body = plainBody(letter);
  if (body === null) {
    // Bytes that nobody can read any more may be anyone's.
    return true;
  }
  return letter.contentType === "json"
    ? isMentioned(subject, plainJson(body))
    : body.includes(looksInTexts(subject) ? subject.id : protobufString(subject.id));
}

/** JSON may write any character as an escape. */
function plainJson(body: Buffer): string {
  try {
    return JSON.stringify(JSON.parse(body.toString()));
  } catch {
    return body.toString();
  }
}

/** A whole text as protobuf writes it: its length as a varint, then the text. */
function protobufString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const low = bytes.length & 0x7f;
  const prefix = bytes.length < 0x80 ? [low] : [low | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from(prefix), bytes]);
}

const maxPlainBytes = 64 * 1024 * 1024;

function plainBody({ body, contentEncoding }: DeadLetter): Buffer | null {
  const bytes = Buffer.from(body);
  if (contentEncoding !== "gzip") {
    return bytes;
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: maxPlainBytes });
  } catch {
    return null;
  }
}
