import { digitsOf, isOneDigit, isShortDate, passesLuhn, weighted } from "../check-digits.ts";
import { type PersonalRule, personalRule } from "../personal-rule.ts";

const spanishLetters = "TRWAGMYFPDXBNJZSQVHLCKE";
const passport = ["passport", "pasaporte", "passaporto", "passeport"];

/** Identifiers of Europe, Germany and the United Kingdom apart. */
export const europeanRules: readonly PersonalRule[] = [
  personalRule("es-nif", "\\d{7,8}-?[A-Z]", "DNI 55555555K", {
    minDigits: 7,
    context: ["nif", "dni", "documento nacional"],
    accept: (value) =>
      spanishLetters.charAt(numberOf(value) % 23) === value.slice(-1).toUpperCase(),
  }),
  personalRule("es-nie", "[XYZ]-?\\d{7}-?[A-Z]", "NIE Z8078221M", {
    needs: "nothing",
    runs: [7, 8, 9],
    minDigits: 7,
    context: ["nie", "extranjero"],
    accept: (value) => {
      const number = numberOf("XYZ".indexOf(value.charAt(0).toUpperCase()) + value.slice(1));
      return spanishLetters.charAt(number % 23) === value.slice(-1).toUpperCase();
    },
  }),
  personalRule("es-passport", "[A-Z]{3}\\d{6}", "pasaporte AAA123456", {
    minDigits: 6,
    context: passport,
  }),
  personalRule(
    "it-fiscal-code",
    "[A-Z]{6}[\\dLMNP-V]{2}[A-EHLMPRST][\\dLMNP-V]{2}[A-Z][\\dLMNP-V]{3}[A-Z]",
    "RSSMRA85T10A562S",
    {
      needs: "nothing",
      runs: [16],
      context: ["codice fiscale", "fiscale"],
      accept: (value) => isFiscalCode(value.toUpperCase()),
    },
  ),
  personalRule(
    "it-driver-license",
    "(?:[A-Z]{2}\\d{7}[A-Z]|U1[B-DF-HJ-NP-TV-Z0-9]{7}[A-Z])",
    "patente U1K711J11M",
    {
      needs: "nothing",
      runs: [10],
      minDigits: 4,
      context: ["patente", "licenza"],
      accept: (value) => /^U1/i.test(value),
      looseInContext: true,
    },
  ),
  personalRule("it-vat-code", "\\d{8}[ _]?\\d{3}", "partita iva 01333550323", {
    minDigits: 11,
    hard: false,
    context: ["partita iva", "p.iva", "vat"],
    accept: (value) => passesLuhn(digitsOf(value)) && !/^0{8}/.test(value) && !/^0{7}/.test(value),
  }),
  personalRule("it-passport", "[A-Z]{2}\\d{7}", "passaporto AA1234567", {
    minDigits: 7,
    context: passport,
  }),
  personalRule(
    "it-identity-card",
    "[A-Z]{2} ?\\d{7}|\\d{7}[A-Z]{2}|[A-Z]{2}\\d{5}[A-Z]{2}",
    "carta d'identita AA 1234567",
    {
      context: ["identit", "carta d"],
    },
  ),
  personalRule("pl-pesel", "\\d{11}", "PESEL 44051401458", {
    minDigits: 11,
    context: ["pesel"],
    accept: (value) => {
      const digits = digitsOf(value);
      const check = (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
      const month = Number(value.slice(2, 4)) % 20;
      const day = Number(value.slice(4, 6));
      return check === digits[10] && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    },
  }),
  personalRule("fi-personal-identity-code", "\\d{6}[+\\-A-FU-Y]\\d{3}[0-9A-Y]", "131052-308T", {
    needs: "nothing",
    runs: [4, 11],
    minDigits: 9,
    context: ["hetu", "henkil"],
    accept: (value) => {
      const digits = digitsOf(value);
      const number = Number(value.slice(0, 6) + value.slice(7, 10));
      return (
        isShortDate(digits, true) &&
        "0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(number % 31) === value.slice(-1).toUpperCase()
      );
    },
  }),
  personalRule("se-personnummer", "(?:19|20)?\\d{6}[-+]?\\d{4}", "personnummer 199109242397", {
    minDigits: 10,
    context: ["personnummer", "pnr", "personal identity"],
    accept: (value) => {
      const digits = digitsOf(value).slice(-10);
      const day = (digits[4] ?? 0) * 10 + (digits[5] ?? 0);
      return passesLuhn(digits) && isShortDate([...digits.slice(0, 4), ...shifted(day)]);
    },
  }),
  personalRule("se-personnummer", "18\\d{6}[-+]?\\d{4}", "189004119807", {
    minDigits: 12,
    context: ["personnummer", "pnr"],
    accept: (value) =>
      passesLuhn(digitsOf(value).slice(-10)) && isShortDate(digitsOf(value).slice(2)),
  }),
  personalRule(
    "se-organisationsnummer",
    "[1-35-9]\\d[2-9]\\d{3}-?\\d{4}",
    "orgnummer 556703-7485",
    {
      minDigits: 10,
      hard: false,
      context: ["orgnummer", "org.nr", "organisationsnummer", "org nr"],
      accept: (value) => passesLuhn(digitsOf(value)),
    },
  ),
  personalRule(
    "fr-nir",
    "[12] ?\\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}",
    "securite sociale 255081416802538",
    {
      minDigits: 14,
      context: ["nir", "curit\u00e9 sociale", "securite sociale", "num\u00e9ro de s\u00e9cu"],
      accept: (value) => {
        const plain = value
          .replaceAll(" ", "")
          .toUpperCase()
          .replace("2A", "19")
          .replace("2B", "18");
        return 97 - (Number(plain.slice(0, 13)) % 97) === Number(plain.slice(13));
      },
    },
  ),
  personalRule("nl-bsn", "\\d{9}", "BSN 111222333", {
    needs: "context",
    minDigits: 9,
    context: ["bsn", "burgerservicenummer", "sofinummer"],
    accept: (value) => weighted(digitsOf(value), [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  }),
  personalRule(
    "be-national-number",
    "\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}",
    "85.07.30-033.28",
    {
      needs: "nothing",
      mark: ".",
      minDigits: 11,
      accept: (value) => {
        const text = digitsOf(value).join("");
        const check = Number(text.slice(9));
        return [text.slice(0, 9), `2${text.slice(0, 9)}`].some(
          (body) => 97 - (Number(body) % 97) === check,
        );
      },
    },
  ),
  personalRule("ch-ahv", "756[. ]?\\d{4}[. ]?\\d{4}[. ]?\\d{2}", "756.9217.0769.85", {
    needs: "nothing",
    runs: [4, 13],
    minDigits: 13,
    accept: (value) =>
      weighted(digitsOf(value), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  }),
  personalRule("pt-nif", "[1-35-9]\\d{2} ?\\d{3} ?\\d{3}", "NIF 123456789", {
    needs: "context",
    minDigits: 9,
    context: ["nif", "contribuinte"],
    accept: (value) => {
      const digits = digitsOf(value);
      const rest = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === digits[8];
    },
  }),
  personalRule("dk-cpr", "\\d{6}-\\d{4}", "CPR 010190-1234", {
    needs: "context",
    minDigits: 10,
    context: ["cpr", "personnummer"],
    accept: (value) => isShortDate(digitsOf(value), true),
  }),
  personalRule("no-fodselsnummer", "\\d{6} ?\\d{5}", "f\u00f8dselsnummer 01010750160", {
    needs: "context",
    minDigits: 11,
    context: ["fodselsnummer", "f\u00f8dselsnummer", "personnummer"],
    accept: (value) => {
      const digits = digitsOf(value);
      return (
        weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
        weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
      );
    },
  }),
];

function shifted(day: number): [number, number] {
  // Coordination numbers add 60 to the day.
  const plain = day > 60 ? day - 60 : day;
  return [Math.floor(plain / 10), plain % 10];
}

function numberOf(value: string): number {
  return Number(digitsOf(value).join(""));
}

const oddValues = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** Check letter of a codice fiscale (decree of 23 December 1976). */
function isFiscalCode(value: string): boolean {
  let sum = 0;
  for (const [index, character] of Array.from(value.slice(0, 15)).entries()) {
    const place = /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65;
    sum += index % 2 === 0 ? (oddValues[place] ?? 0) : place;
  }
  return String.fromCharCode(65 + (sum % 26)) === value.charAt(15) && !isOneDigit(digitsOf(value));
}
