/** Its decimal digits, in order. */
export function digitsOf(text: string): number[] {
  const digits: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      digits.push(digit);
    }
  }
  return digits;
}

/** Sum of products; missing weights count as 0. */
export function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0);
}

/** Luhn's formula (ISO/IEC 7812-1, annex B) over all digits, the last one being the check digit. */
export function passesLuhn(digits: readonly number[]): boolean {
  let sum = 0;
  for (const [index, digit] of digits.toReversed().entries()) {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** ISO/IEC 7064 MOD 97-10 over digits and letters (A is 10), as IBANs have it. */
export function passesMod97(text: string): boolean {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7064 MOD 11,10 over all digits, the last one being the check digit. */
export function passesMod11And10(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digits.at(-1);
}

const dihedral = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
const permutations = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
];

/** Verhoeff's check over the dihedral group of order ten. */
export function passesVerhoeff(digits: readonly number[]): boolean {
  let check = 0;
  for (const [index, digit] of digits.toReversed().entries()) {
    const permuted = Number(permutations[index % 8]?.charAt(digit));
    check = Number(dihedral[check]?.charAt(permuted));
  }
  return check === 0;
}

/** True for six digits `YYMMDD` (or `DDMMYY` if `dayFirst`) that can be a date. */
export function isShortDate(digits: readonly number[], dayFirst = false): boolean {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = digits;
  const month = c * 10 + d;
  const day = dayFirst ? a * 10 + b : e * 10 + f;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** True if all digits are the same, which no authority issues. */
export function isOneDigit(digits: readonly number[]): boolean {
  return digits.every((digit) => digit === digits[0]);
}
