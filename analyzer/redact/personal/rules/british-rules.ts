import { digitsOf, isOneDigit, weighted } from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

/** Identifiers of the United Kingdom and Ireland. */
export const britishRules: readonly PersonalRule[] = [
  personalRule("uk-nhs", "\\d{3}[ -]?\\d{3}[ -]?\\d{4}", "NHS number 943 476 5919", {
    minDigits: 10,
    context: ["nhs", "national health"],
    accept: (value) => {
      const digits = digitsOf(value);
      return weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !isOneDigit(digits);
    },
  }),
  personalRule(
    "uk-nino",
    "(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z] ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]",
    "AB 12 34 56 C",
    { minDigits: 6, context: ["national insurance", "nino", "ni number"] },
  ),
  personalRule("uk-passport", "[A-Z]{2}\\d{7}", "passport ab1234567", {
    minDigits: 7,
    context: ["passport"],
  }),
  personalRule(
    "uk-driving-licence",
    "[A-Z9]{5}\\d[0156]\\d(?:[0-2]\\d|3[01])\\d[A-Z9]{2}[A-Z0-9][A-Z]{2}",
    "MORGA607054SM9IJ",
    {
      needs: "nothing",
      runs: [16],
      minDigits: 6,
      context: ["driving licence", "dvla"],
      accept: (value) => /[A-Z]{3}/i.test(value),
    },
  ),
  personalRule(
    "uk-vehicle-registration",
    "[A-HJ-PR-Y]{2}(?:0[1-9]|[1-7]\\d)[ -]?[A-HJ-PR-Z]{3}|[A-HJ-NPR-TVWY]\\d{1,3}[ -]?[A-HJ-PR-Y][A-HJ-PR-Z]{2}|[A-HJ-PR-Y]{3}[ -]?\\d{1,3}[ -]?[A-HJ-NPR-TVWY]",
    "car reg AB51 ABC",
    {
      minDigits: 1,
      hard: false,
      context: ["car reg", "registration", "number plate", "licence plate", "vehicles", "vehicle"],
    },
  ),
  personalRule("ie-pps", "\\d{7}[A-W][A-IW]?", "PPS 1234567FA", {
    needs: "context",
    minDigits: 7,
    context: ["pps", "ppsn"],
  }),
];
