import { createRequire } from "node:module";
import type { CountryCode, parsePhoneNumberFromString } from "libphonenumber-js/min";

const load = createRequire(import.meta.url);
interface Library {
  readonly parsePhoneNumberFromString: typeof parsePhoneNumberFromString;
}

let parse: typeof parsePhoneNumberFromString | undefined;

/** The numbering plans of the world take 15 MB, so they wait for the first number. */
function isValid(value: string, country?: CountryCode): boolean {
  parse ??= (load("libphonenumber-js/min") as Library).parsePhoneNumberFromString;
  return parse(value, country)?.isValid() === true;
}

/** Countries whose national forms are tried where a word says that it is a phone number. */
const countries: readonly CountryCode[] = [
  "US",
  "GB",
  "DE",
  "FR",
  "IN",
  "JP",
  "CN",
  "BR",
  "TR",
  "PH",
  "IL",
  "IT",
  "ES",
  "NL",
  "AU",
  "MX",
  "KR",
  "PL",
  "SE",
  "CH",
  "AT",
  "BE",
  "ZA",
  "SG",
  "TH",
  "ID",
  "AR",
  "PT",
  "IE",
  "DK",
  "NO",
  "FI",
];

/** Plans with a trunk zero; Italian numbers of almost any length are valid, so that is left out. */
const trunked = countries.filter((country) => country !== "IT");
/** Plans in which people leave the trunk zero out. */
const unprefixed: readonly CountryCode[] = ["TR"];

/** A number as people write it; at most 24 characters. */
const written = /(?<![\w.+-]|\d[.,/:-])(?:\+|\(|\d)[\d ().-]{5,22}\d(?![\w]|[.,/:-]\d)/g;

/** Words that name a phone number. */
export const phoneWords: readonly string[] = [
  "phone",
  "mobile",
  "telefon",
  "telephone",
  "telepono",
  "cell",
  "tel",
  "fax",
  "whatsapp",
  "call me",
  "call us",
  "my number",
  "us number",
  "international one",
  "celular",
  "handy",
  "sms",
];

/** How much stands for a phone number: its form alone, that it is the whole text, or a word. */
export type PhoneEvidence = "form" | "cell" | "context";

/** Ranges that are phone numbers: international ones, and national ones with more evidence. */
export function findPhoneNumbers(
  text: string,
  evidence: PhoneEvidence,
): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const match of text.matchAll(written)) {
    const [value] = match;
    if (isPhoneNumber(value, evidence)) {
      found.push({ start: match.index, end: match.index + value.length });
    }
  }
  return found;
}

function isPhoneNumber(value: string, evidence: PhoneEvidence): boolean {
  const digits = value.replaceAll(/\D/g, "");
  if (digits.length < 7 || digits.length > 15) {
    return false;
  }
  if (value.startsWith("+")) {
    return isValid(value);
  }
  if (evidence === "cell") {
    // Bare digits are many things: only the usual lengths count, and few plans without a zero.
    return digits.startsWith("0")
      ? /^0[1-9]\d{8,9}$/.test(digits) && isValidIn(value, trunked)
      : digits.length === 10 && isValidIn(value, unprefixed);
  }
  return evidence === "context" && isValidIn(value, countries);
}

function isValidIn(value: string, plans: readonly CountryCode[]): boolean {
  return plans.some((country) => isValid(value, country));
}
