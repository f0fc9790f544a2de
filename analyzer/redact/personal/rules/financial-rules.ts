import { createHash } from "node:crypto";
import { digitsOf, isOneDigit, passesLuhn, passesMod97, weighted } from "../check-digits.ts";
import { longestRun, type PersonalRule, personalRule } from "../personal-rule.ts";

/** Structure of account numbers by country (ISO 13616 registry): n digits, a letters, c either. */
const accounts =
  "AD8n12c AE19n AL8n16c AT16n AZ4a20c BA16n BE12n BG4a6n8c BH4a14c BR23n1a1c BY4c4n16c CH5n12c CR18n CY8n16c CZ20n DE18n DK14n DO4c20n EE16n EG25n ES20n FI14n FO14n FR10n11c2n GB4a14n GE2a16n GI4a15c GL14n GR7n16c GT24c HR17n HU24n IE4a14n IL19n IQ4a15n IS22n IT1a10n12c JO4a4n18c KW4a22c KZ3n13c LB4n20c LC4a24c LI5n12c LT16n LU3n13c LV4a13c LY21n MC10n11c2n MD20c ME18n MK3n10c2n MR23n MT4a5n18c MU4a19n3a NL4a10n NO11n PK4a16c PL24n PS4a21c PT21n QA4a21c RO4a16c RS18n SA2n18c SC4a20n3a SE20n SI15n SK20n SM1a10n12c ST21n SV4a20n TL19n TN20n TR6n16c UA6n19c VA18n VG4a16n XK16n";
const classes: Readonly<Record<string, string>> = { n: "[0-9]", a: "[A-Z]", c: "[A-Z0-9]" };
const structures = new Map(
  accounts.split(" ").map((entry) => {
    const parts = [...entry.slice(2).matchAll(/(\d+)([nac])/g)];
    const source = parts.map(([, length, kind = ""]) => `${classes[kind]}{${length}}`).join("");
    return [entry.slice(0, 2), new RegExp(`^${source}$`)];
  }),
);

export const financialRules: readonly PersonalRule[] = [
  personalRule(
    "credit-card",
    "[1-6]\\d{3}(?:[ -]?\\d{4}){3}|3\\d{3}[ -]?\\d{6}[ -]?\\d{4,5}|[1-6]\\d{11,18}",
    "4556 7375 8689 9855",
    {
      needs: "nothing",
      runs: [4, 6, ...range(12, 19)],
      minDigits: 13,
      context: ["card", "visa", "amex"],
      accept: isCardNumber,
    },
  ),
  personalRule(
    "iban-code",
    "[A-Z]{2}\\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?",
    "GB33BUKB20201555555555",
    {
      needs: "nothing",
      runs: [4, ...range(15, longestRun)],
      minDigits: 6,
      context: ["iban", "account"],
      accept: isIban,
    },
  ),
  personalRule("aba-routing-number", "[0-3678]\\d{3}-?\\d{4}-?\\d", "0210-0002-1", {
    context: ["routing", "aba", "bank"],
    accept: (value) => {
      const digits = digitsOf(value);
      return weighted(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0 && !isOneDigit(digits);
    },
  }),
  personalRule("us-bank-number", "\\d{8,17}", "bank account number 94545678", {
    needs: "context",
    minDigits: 8,
    context: [
      "bank account",
      "banking account",
      "account number",
      "checking account",
      "savings account",
      "debit account",
      "bank#",
      "acct no",
    ],
  }),
  {
    ...personalRule(
      "crypto",
      "[13][1-9A-HJ-NP-Za-km-z]{25,33}",
      "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
      {
        needs: "nothing",
        runs: range(14, longestRun),
        minDigits: 0,
        context: ["wallet", "btc", "bitcoin"],
        accept: isBase58Check,
      },
    ),
    pattern:
      /(?<![\w+/=-])(?:[13][1-9A-HJ-NP-Za-km-z]{25,33}|bc1[02-9ac-hj-np-z]{11,71})(?![\w+/=-])/g,
  },
];

function isCardNumber(value: string): boolean {
  const digits = digitsOf(value);
  const text = digits.join("");
  const known =
    /^(?:4\d{12}(?:\d{3}){0,2}|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6\d{15}|6\d{18}|1\d{14}|6[37]\d{11,17}|5[0678]\d{10,17})$/;
  return known.test(text) && passesLuhn(digits) && !isOneDigit(digits.slice(1));
}

function isIban(value: string): boolean {
  const plain = value.replaceAll(/[ -]/g, "").toUpperCase();
  const structure = structures.get(plain.slice(0, 2));
  return (
    structure?.test(plain.slice(4)) === true && passesMod97(plain.slice(4) + plain.slice(0, 4))
  );
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Bitcoin addresses: Base58Check with its double SHA-256, or Bech32 (BIP 173, BIP 350). */
function isBase58Check(value: string): boolean {
  if (value.startsWith("bc1")) {
    return isBech32(value);
  }
  let number = 0n;
  for (const character of value) {
    number = number * 58n + BigInt(base58.indexOf(character));
  }
  const bytes = Buffer.from(number.toString(16).padStart(50, "0"), "hex");
  return (
    bytes.length === 25 &&
    sha256(sha256(bytes.subarray(0, 21)))
      .subarray(0, 4)
      .equals(bytes.subarray(21))
  );
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

const bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function isBech32(value: string): boolean {
  // The expanded human-readable part "bc".
  const values = [3, 3, 0, 2, 3, ...Array.from(value.slice(3), (letter) => bech32.indexOf(letter))];
  let check = 1;
  for (const entry of values) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ entry;
    for (const [bit, generator] of generators.entries()) {
      check ^= (top >>> bit) & 1 ? generator : 0;
    }
  }
  return check === 1 || check === 0x2bc830a3;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
