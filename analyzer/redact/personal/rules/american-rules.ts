import { digitsOf, isOneDigit, passesLuhn, weighted } from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

const passport = ["passport", "travel document"];

/** Identifiers of the Americas. */
export const americanRules: readonly PersonalRule[] = [
  personalRule("us-ssn", "\\d{3}-\\d{2}-\\d{4}", "536-22-8726", {
    needs: "nothing",
    mark: "-",
    minDigits: 9,
    context: ["social security", "ssn", "ssns", "ssid"],
    accept: isSocialSecurityNumber,
  }),
  personalRule(
    "us-itin",
    "9\\d{2}[- ]?(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-24-9])[- ]?\\d{4}",
    "911-70-1234",
    {
      minDigits: 9,
      context: ["itin", "taxpayer", "tax id", "individual tax"],
    },
  ),
  personalRule("us-ssn", "\\d{3}[- .]?\\d{2}[- .]?\\d{4}", "ssn 536228726", {
    needs: "context",
    minDigits: 9,
    context: ["social security", "ssn", "ssns", "ssid"],
    accept: isSocialSecurityNumber,
  }),
  personalRule("us-passport", "\\d{9}|[A-Z]\\d{8}", "passport number 912803456", {
    needs: "context",
    minDigits: 8,
    context: passport,
    accept: (value) => /[A-Z]/i.test(value) || !isOneDigit(digitsOf(value)),
  }),
  personalRule(
    "us-driver-license",
    "[A-Z]{1,2}\\d{3,14}|\\d{6,14}|[A-Z]\\d{3}-\\d{4}-\\d{4}",
    "driver license H12234567",
    {
      needs: "context",
      context: [
        "driver license",
        "driver's license",
        "drivers license",
        "driver licence",
        "driving license",
        "license number",
        "dl number",
        "dlno",
      ],
    },
  ),
  personalRule(
    "us-mbi",
    "[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\\d-?[AC-HJKMNP-RT-Y]{2}\\d{2}",
    "1EG4-TE5-MK73",
    { needs: "nothing", runs: [4, 11], context: ["medicare", "mbi", "beneficiary"] },
  ),
  personalRule("us-npi", "[12]\\d{3}[- ]?\\d{3}[- ]?\\d{3}", "NPI 1234567893", {
    minDigits: 10,
    context: ["npi", "national provider"],
    accept: (value) =>
      passesLuhn(digitsOf(`80840${value}`)) && !isOneDigit(digitsOf(value).slice(1)),
  }),
  personalRule(
    "medical-license",
    "[A-HJ-MPRSTUX](?:[A-Z]\\d{7}|9\\d{7})",
    "certificate BB1388568",
    {
      minDigits: 7,
      context: ["medical", "certificate", "dea"],
      accept: (value) => {
        const digits = digitsOf(value).slice(-7);
        const check = weighted(digits, [1, 2, 1, 2, 1, 2]);
        return check % 10 === digits[6];
      },
    },
  ),
  personalRule("ca-sin", "[1-79]\\d{2}[- ]?\\d{3}[- ]?\\d{3}", "SIN 130 692 544", {
    minDigits: 9,
    context: ["sin", "social insurance", "nas", "assurance sociale"],
    accept: (value) => passesLuhn(digitsOf(value)) && !isOneDigit(digitsOf(value)),
  }),
  personalRule("br-cpf", "\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|\\d{11}", "cpf 529.982.247-25", {
    minDigits: 11,
    context: ["cpf", "cadastro de pessoa"],
    accept: isCpf,
  }),
  personalRule("br-cnpj", "\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}", "11.222.333/0001-81", {
    needs: "nothing",
    mark: "/",
    minDigits: 14,
    hard: false,
    accept: (value) => {
      const digits = digitsOf(value);
      const first = modulo11(weighted(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
      const second = modulo11(weighted(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]));
      return digits[12] === first && digits[13] === second;
    },
  }),
  personalRule(
    "mx-curp",
    "[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX][A-Z]{5}[A-Z0-9]\\d",
    "GODE561231HDFRRL04",
    {
      needs: "nothing",
      runs: [18],
    },
  ),
  personalRule("ar-cuit", "(?:20|2[3-7]|30|33|34)-\\d{8}-\\d", "20-12345678-6", {
    needs: "nothing",
    mark: "-",
    minDigits: 11,
    accept: (value) => {
      const digits = digitsOf(value);
      const rest = weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (11 - rest) % 11 === digits[10];
    },
  }),
  personalRule("cl-rut", "\\d{1,2}\\.\\d{3}\\.\\d{3}-[0-9K]", "12.345.678-5", {
    needs: "nothing",
    mark: ".",
    accept: (value) => {
      const body = digitsOf(value.slice(0, -1)).toReversed();
      const rest = 11 - (weighted(body, [2, 3, 4, 5, 6, 7, 2, 3]) % 11);
      const check = rest === 11 ? "0" : String(rest).replace("10", "K");
      return value.slice(-1).toUpperCase() === check;
    },
  }),
];

/** Area, group and serial as the administration gives them out; known dummies are left out. */
function isSocialSecurityNumber(value: string): boolean {
  const digits = digitsOf(value);
  const text = digits.join("");
  return (
    !/^(?:000|666|9)|^\d{3}00|0000$/.test(text) &&
    !/^(?:123456789|98765432\d|219099999)$/.test(text) &&
    !isOneDigit(digits)
  );
}

function modulo11(sum: number): number {
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

function isCpf(value: string): boolean {
  const digits = digitsOf(value);
  return (
    !isOneDigit(digits) &&
    digits[9] === modulo11(weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2])) &&
    digits[10] === modulo11(weighted(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]))
  );
}
