import { digitsOf, isOneDigit, isShortDate, passesVerhoeff, weighted } from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

const passport = ["passport", "\uc5ec\uad8c"];

/** Identifiers of Asia. */
export const asianRules: readonly PersonalRule[] = [
  personalRule("in-aadhaar", "[2-9]\\d{3}[- :]?\\d{4}[- :]?\\d{4}", "aadhaar 3998 7654 3211", {
    minDigits: 12,
    context: ["aadhaar", "uidai", "aadhar"],
    accept: (value) => passesVerhoeff(digitsOf(value)) && !isOneDigit(digitsOf(value)),
  }),
  personalRule("in-pan", "[A-Z]{5}\\d{4}[A-Z]", "PAN ABBPM4567S", {
    minDigits: 4,
    context: ["pan", "permanent account"],
  }),
  personalRule(
    "in-gstin",
    "(?:0[1-9]|[12]\\d|3[0-7])[A-Z]{5}\\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]",
    "27ABCDE1234F1Z5",
    {
      needs: "nothing",
      runs: [15],
      context: ["gstin", "gst"],
    },
  ),
  personalRule("in-passport", "[A-Z][1-9]\\d{6}", "passport T3569075", {
    minDigits: 7,
    context: passport,
  }),
  personalRule("in-voter", "[A-Z]{3}\\d{7}", "voter KSD1287349", {
    minDigits: 7,
    context: ["voter", "epic", "elector"],
    accept: (value) => /^[A-Z][ABCDGHJKMNPRSUY][A-Z]/i.test(value),
  }),
  personalRule(
    "in-vehicle-registration",
    "[A-Z]{2}[ -]?\\d{1,2}[ -]?[A-Z]{1,3}[ -]?\\d{4}",
    "registration number KA53ME3456",
    {
      minDigits: 4,
      hard: false,
      context: ["vehicle", "registration number", "rto", "number plate"],
    },
  ),
  personalRule("sg-nric-fin", "[STFGM]\\d{7}[A-Z]", "NRIC S1234567D", {
    needs: "nothing",
    runs: [9],
    minDigits: 7,
    context: ["nric", "fin", "fin#"],
    accept: isFin,
    looseInContext: true,
  }),
  personalRule("sg-nric-fin", "[A-Z]\\d{7}[A-Z]", "T1234567Z", {
    minDigits: 7,
    context: ["nric", "fin", "fin#"],
  }),
  personalRule(
    "sg-uen",
    "\\d{8}[A-Z]|(?:19|20)\\d{7}[A-Z]|[TSR]\\d{2}[A-Z]{2}\\d{4}[A-Z]",
    "UEN 53125226D",
    {
      minDigits: 6,
      hard: false,
      context: ["uen", "unique entity"],
    },
  ),
  personalRule("kr-rrn", "\\d{6}-?[1-4]\\d{6}", "960121-1234567", {
    minDigits: 13,
    context: ["rrn", "resident registration", "\uc8fc\ubbfc"],
    accept: (value) => isShortDate(digitsOf(value)) && isKorean(digitsOf(value)),
  }),
  personalRule("kr-frn", "\\d{6}-?[5-8]\\d{6}", "FRN 9111245678906", {
    minDigits: 13,
    context: ["frn", "foreigner registration", "\uc678\uad6d\uc778"],
    accept: (value) => isShortDate(digitsOf(value)) && isKorean(digitsOf(value)),
  }),
  personalRule("kr-passport", "[MSRODG](?:\\d{3}[A-Z]\\d{4}|\\d{8})", "passport M123A4567", {
    minDigits: 7,
    context: passport,
  }),
  personalRule(
    "kr-driver-license",
    "(?:1[1-9]|2[0-68])-?\\d{2}-?\\d{6}-?\\d{2}",
    "license is 13-22-123456-12",
    {
      minDigits: 12,
      context: ["license", "licence", "\uba74\ud5c8"],
    },
  ),
  personalRule("kr-brn", "\\d{3}-?\\d{2}-?\\d{5}", "BRN 1048656659", {
    minDigits: 10,
    hard: false,
    context: ["brn", "business registration", "\uc0ac\uc5c5\uc790"],
    accept: (value) => {
      const digits = digitsOf(value);
      const carry = Math.floor(((digits[8] ?? 0) * 5) / 10);
      const sum = weighted(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + carry;
      return (10 - (sum % 10)) % 10 === digits[9];
    },
  }),
  personalRule("th-tnin", "[1-8]-?\\d{4}-?\\d{5}-?\\d{2}-?\\d", "1220000000007", {
    minDigits: 13,
    context: ["thai", "\u0e1a\u0e31\u0e15\u0e23\u0e1b\u0e23\u0e30"],
    accept: (value) => {
      const digits = digitsOf(value);
      const sum = weighted(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
      const province = (digits[1] ?? 0) * 10 + (digits[2] ?? 0);
      return (11 - (sum % 11)) % 10 === digits[12] && isThaiProvince(province);
    },
  }),
  personalRule("tr-national-id", "[1-9]\\d{10}", "TC kimlik 76543210794", {
    minDigits: 11,
    context: ["kimlik", "tckn", "tc no"],
    accept: isTurkish,
  }),
  personalRule(
    "tr-license-plate",
    "(?:0[1-9]|[1-7]\\d|8[01]) ?(?:[A-PR-VYZ] ?\\d{3,5}|[A-PR-VYZ]{2} ?\\d{2,4}|[A-PR-VYZ]{3} ?\\d{2,4}|[A-PR-VYZ] ?\\d{2})",
    "plaka 34 ABC 1234",
    {
      minDigits: 4,
      hard: false,
      context: ["plaka", "license plate", "ara\u00e7"],
    },
  ),
  personalRule("ph-tin", "\\d{3}-?\\d{3}-?\\d{3}(?:-?\\d{3,5})?", "TIN 000-123-456-000", {
    needs: "context",
    minDigits: 9,
    context: ["tin", "tax id", "taxpayer"],
  }),
  personalRule(
    "cn-resident-id",
    "[1-9]\\d{5}(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\\d|3[01])\\d{3}[0-9X]",
    "11010519491231002X",
    {
      needs: "nothing",
      runs: [18],
      minDigits: 17,
      accept: (value) => {
        const sum = weighted(
          digitsOf(value.slice(0, 17)),
          [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
        );
        return "10X98765432".charAt(sum % 11) === value.slice(-1).toUpperCase();
      },
    },
  ),
  personalRule("jp-my-number", "\\d{4}[ -]?\\d{4}[ -]?\\d{4}", "my number 123456789018", {
    needs: "context",
    minDigits: 12,
    context: ["\u30de\u30a4\u30ca\u30f3\u30d0\u30fc", "individual number", "my number"],
    accept: (value) => {
      const digits = digitsOf(value);
      const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest <= 1 ? 0 : 11 - rest) === digits[11];
    },
  }),
  personalRule("hk-identity-card", "[A-Z]{1,2}\\d{6}\\([0-9A]\\)", "A123456(3)", {
    needs: "nothing",
    mark: "(",
    minDigits: 6,
  }),
  personalRule("il-identity-number", "\\d{8,9}", "teudat zehut 123456782", {
    needs: "context",
    minDigits: 8,
    context: ["teudat", "zehut", "israeli id", "\u05ea\u05e2\u05d5\u05d3\u05ea"],
  }),
];

/** Check letter of an NRIC or FIN. */
function isFin(value: string): boolean {
  const head = value.charAt(0).toUpperCase();
  const offset = { S: 0, F: 0, T: 4, G: 4, M: 3 }[head] ?? 0;
  const rest = (weighted(digitsOf(value), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = /[ST]/.test(head) ? "JZIHGFEDCBA" : "XWUTRQPNMLK";
  const expected = head === "M" ? "XWUTRQPNJLK".charAt(10 - rest) : letters.charAt(rest);
  return expected === value.slice(-1).toUpperCase();
}

/** Numbers of people born before October 2020 end in a check digit; later ones are random. */
function isKorean(digits: readonly number[]): boolean {
  if (isOneDigit(digits)) {
    return false;
  }
  const region = (digits[7] ?? 0) * 10 + (digits[8] ?? 0);
  return region <= 96;
}

function isThaiProvince(province: number): boolean {
  return (
    province >= 10 && province <= 96 && ![28, 29, 59, 68, 69, 78, 79, 87, 88, 89].includes(province)
  );
}

function isTurkish(value: string): boolean {
  const digits = digitsOf(value);
  const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const sum = weighted(digits, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  return (((odd * 7 - even) % 10) + 10) % 10 === digits[9] && sum % 10 === digits[10];
}
