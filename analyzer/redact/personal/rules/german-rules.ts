import { digitsOf, isOneDigit, passesMod11And10, weighted } from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

const documentLetters = "[CFGHJKLMNPRTVWXYZ0-9]";
const passport = ["reisepass", "pass-nr", "passnummer", "passport"];
const identityCard = ["personalausweis", "ausweisnummer", "ausweis", "identity card"];

const taxNumber = ["steuernummer", "steuernr", "st.-nr", "finanzamt"];

/** Identifiers of Germany. */
export const germanRules: readonly PersonalRule[] = [
  personalRule("de-tax-id", "[1-9]\\d{10}", "Steuer-ID 86095742719", {
    minDigits: 11,
    context: [
      "steuer-id",
      "steueridentifikation",
      "steuerid",
      "idnr",
      "tin",
      "steuerliche identifikation",
    ],
    accept: (value) => passesMod11And10(digitsOf(value)),
    looseInContext: true,
  }),
  personalRule("de-tax-number", "\\d{2,3}/\\d{3,4}/\\d{4,5}", "123/456/78901", {
    minDigits: 10,
    context: taxNumber,
  }),
  personalRule("de-tax-number", "\\d{13}", "Steuernummer 2893081508152", {
    needs: "context",
    minDigits: 13,
    context: taxNumber,
  }),
  personalRule("de-vat-id", "DE[ .-]?[1-9]\\d{2}[ .-]?\\d{3}[ .-]?\\d{3}", "DE136695976", {
    needs: "nothing",
    runs: [3, 9, 11],
    minDigits: 9,
    hard: false,
    context: ["ust-id", "umsatzsteuer", "vat"],
    accept: (value) => passesMod11And10(digitsOf(value)) || isOneDigit(digitsOf(value)),
    looseInContext: true,
  }),
  personalRule("de-id-card", `(?:${documentLetters}{9}|T\\d{8})`, "Ausweis L01X00T44", {
    minDigits: 4,
    context: identityCard,
    accept: (value) =>
      hasLetterFirst(value) && (isMachineReadable(value) || /^T\d{8}$/i.test(value)),
  }),
  personalRule("de-passport", `[CFGHJK]${documentLetters}{8}`, "Reisepass C01X00T41", {
    minDigits: 4,
    context: passport,
    accept: (value) => hasLetterFirst(value) && isMachineReadable(value),
    looseInContext: true,
  }),
  personalRule("de-social-security", "\\d{8}[A-Z]\\d{3}", "15070649C103", {
    minDigits: 11,
    context: ["sozialversicherung", "rentenversicherung", "versicherungsnummer"],
    accept: isPensionNumber,
  }),
  personalRule("de-health-insurance", "[A-Z]\\d{9}", "Krankenkasse A000500015", {
    minDigits: 9,
    context: [
      "egk",
      "krankenversicher",
      "krankenkasse",
      "kvnr",
      "versichertennummer",
      "gesundheitskarte",
    ],
    accept: isHealthNumber,
  }),
  personalRule("de-lanr", "\\d{9}", "LANR 123456601", {
    minDigits: 9,
    hard: false,
    context: ["lanr", "arztnummer"],
    accept: (value) => {
      const digits = digitsOf(value);
      const check = (10 - (weighted(digits, [4, 9, 4, 9, 4, 9]) % 10)) % 10;
      return check === digits[6] && !isOneDigit(digits);
    },
  }),
  personalRule(
    "de-bsnr",
    "(?:0[1-3]|17|20|35|38|46|5[12]|7[1-38]|8[138]|93|9[89])\\d{7}",
    "BSNR 021234568",
    {
      minDigits: 9,
      hard: false,
      context: ["bsnr", "betriebsst"],
    },
  ),
  personalRule(
    "de-fuehrerschein",
    "[A-Z]\\w{2}\\d{6}\\w\\d[A-Z]|[A-Z]{2}\\d{8}[A-Z]",
    "MU12345678B",
    {
      minDigits: 6,
      context: ["hrerschein", "fahrerlaubnis"],
      accept: (value) => /^[A-Z]{1,3}/i.test(value) && digitsOf(value).length >= 8,
    },
  ),
  personalRule("de-handelsregister", "HR[AB] ?[1-9]\\d{0,5}", "Amtsgericht HRB 12345", {
    minDigits: 1,
    hard: false,
    context: ["handelsregister", "amtsgericht", "registergericht"],
  }),
  personalRule(
    "de-kfz",
    "[A-Z\u00c4\u00d6\u00dc]{1,3}[ -][A-Z]{1,2}[ -][1-9]\\d{0,3}[EH]?",
    "Kennzeichen B AB 1234",
    {
      minDigits: 2,
      hard: false,
      context: ["kennzeichen", "kfz", "nummernschild"],
      accept: (value) => /^[A-Z\u00c4\u00d6\u00dc -]+\d/i.test(value),
    },
  ),
];

function hasLetterFirst(value: string): boolean {
  return /^[A-Z]/i.test(value) && /\d/.test(value);
}

/** Check digit of machine-readable travel documents (ICAO 9303): weights 7, 3, 1. */
function isMachineReadable(value: string): boolean {
  const values = Array.from(value.toUpperCase(), (letter) => Number.parseInt(letter, 36));
  return values.length === 9 && weighted(values, [7, 3, 1, 7, 3, 1, 7, 3]) % 10 === values[8];
}

function letterDigits(letter: string): number[] {
  const place = letter.toUpperCase().charCodeAt(0) - 64;
  return [Math.floor(place / 10), place % 10];
}

function isPensionNumber(value: string): boolean {
  const digits = digitsOf(value);
  const spread = [...digits.slice(0, 8), ...letterDigits(value.charAt(8)), ...digits.slice(8, 10)];
  const sum = spread.reduce((total, digit, index) => {
    const product = digit * ([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1][index] ?? 0);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  const [, , a = 0, b = 0, c = 0, d = 0] = digits;
  const day = (a * 10 + b) % 50;
  return sum % 10 === digits[10] && day <= 31 && c * 10 + d <= 12;
}

function isHealthNumber(value: string): boolean {
  const digits = digitsOf(value);
  const spread = [...letterDigits(value.charAt(0)), ...digits.slice(0, 8)];
  const sum = spread.reduce((total, digit, index) => {
    const product = digit * (index % 2 === 0 ? 1 : 2);
    return total + Math.floor(product / 10) + (product % 10);
  }, 0);
  return sum % 10 === digits[8];
}
