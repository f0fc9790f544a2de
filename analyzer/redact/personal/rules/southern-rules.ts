import {
  digitsOf,
  isOneDigit,
  isShortDate,
  passesLuhn,
  passesVerhoeff,
  weighted,
} from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

/** Identifiers of Australia and Africa. */
export const southernRules: readonly PersonalRule[] = [
  personalRule("au-abn", "\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}", "ABN 51 824 753 556", {
    minDigits: 11,
    hard: false,
    context: ["abn", "business number"],
    accept: (value) => {
      const [first = 0, ...rest] = digitsOf(value);
      return (
        first > 0 &&
        weighted([first - 1, ...rest], [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 === 0
      );
    },
  }),
  personalRule("au-acn", "\\d{3} ?\\d{3} ?\\d{3}", "ACN 005 499 981", {
    minDigits: 9,
    hard: false,
    context: ["acn", "company number"],
    accept: (value) => {
      const digits = digitsOf(value);
      return (
        (10 - (weighted(digits, [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 === digits[8] &&
        !isOneDigit(digits)
      );
    },
  }),
  personalRule("au-tfn", "\\d{3} ?\\d{3} ?\\d{3}", "TFN 876543210", {
    minDigits: 9,
    context: ["tfn", "tax file"],
    accept: (value) => {
      const digits = digitsOf(value);
      return weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && !isOneDigit(digits);
    },
  }),
  personalRule("au-medicare", "[2-6]\\d{3} ?\\d{5} ?\\d", "medicare 2123 45670 1", {
    minDigits: 10,
    context: ["medicare"],
    accept: (value) => {
      const digits = digitsOf(value);
      return weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8];
    },
  }),
  personalRule("za-id-number", "\\d{6} ?\\d{4} ?[012]\\d{2}", "RSA ID 8001015009087", {
    minDigits: 13,
    context: ["rsa id", "south african id", "permanent resident", "refugee id"],
    accept: (value) => passesLuhn(digitsOf(value)) && isShortDate(digitsOf(value)),
  }),
  personalRule("ng-nin", "\\d{11}", "NIN 12345678901", {
    minDigits: 11,
    context: ["nin", "national identification number"],
    accept: (value) => passesVerhoeff(digitsOf(value)),
    looseInContext: true,
  }),
  personalRule(
    "ng-vehicle-registration",
    "[A-Z]{3}[- ]?\\d{3}[- ]?[A-Z]{2}",
    "plate number ABJ-123XY",
    {
      minDigits: 3,
      hard: false,
      context: ["plate", "vehicle", "registration"],
    },
  ),
];
