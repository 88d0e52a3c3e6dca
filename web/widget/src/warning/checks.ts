//! What the digits of a value must satisfy, as the masking engine has it. The
//! vectors of `docs/masking/patterns.json` hold for both.

const number = (digits: string, from: number, to: number) => Number(digits.slice(from, to));
const isIn = (value: number, ...ranges: [number, number][]) => ranges.some(([first, last]) => value >= first && value <= last);

/** ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]) * (1 + (at % 2));
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits.length > 1 && sum % 10 === 0;
}

/** By length, the first digits that an issuer has. */
function isIssued(digits: string): boolean {
  const [two, three, four] = [number(digits, 0, 2), number(digits, 0, 3), number(digits, 0, 4)];
  const isMaestro = isIn(two, [50, 50], [56, 69]);
  const isJcb = isIn(four, [3528, 3589]);
  switch (digits.length) {
    case 12:
      return isMaestro;
    case 13:
      return digits.startsWith('4') || isMaestro;
    case 14:
      return isIn(two, [36, 36], [38, 39]) || isIn(three, [300, 305]);
    case 15:
      return isIn(two, [34, 34], [37, 37]) || isIn(four, [1800, 1800], [2131, 2131]);
    case 16:
      return digits.startsWith('4') || isIn(two, [50, 69], [36, 36], [38, 38]) || isIn(four, [2221, 2720]) || isJcb;
    case 17:
    case 18:
    case 19:
      return digits.startsWith('4') || isMaestro || isJcb;
    default:
      return false;
  }
}

/** Social Security Administration, POMS RM 10201.030. */
function isSsn(digits: string): boolean {
  const area = number(digits, 0, 3);
  return digits.length === 9 && area > 0 && area !== 666 && area < 900 && number(digits, 3, 5) > 0 && number(digits, 5, 9) > 0;
}

/** IRS, Internal Revenue Manual 3.21.263. */
function isItin(digits: string): boolean {
  return digits.length === 9 && digits.startsWith('9') && isIn(number(digits, 3, 5), [50, 65], [70, 88], [90, 92], [94, 99]);
}

/** NANP: area and exchange begin with 2-9 and are no N11. */
function isPhone(digits: string): boolean {
  return /^1?(?:[2-9](?!11)\d\d){2}\d{4}$/.test(digits);
}

/** American Bankers Association: a district, and weights of 3, 7, 1. */
function isRouting(digits: string): boolean {
  const sum = [...digits].reduce((all, digit, at) => all + Number(digit) * ([3, 7, 1][at % 3] ?? 0), 0);
  return digits.length === 9 && isIn(number(digits, 0, 2), [0, 12], [21, 32], [61, 72], [80, 80]) && sum > 0 && sum % 10 === 0;
}

/** ISO 13616 and 7064: the country and check digits moved to the end leave 1 mod 97. */
function isIban(value: string): boolean {
  if (!/^[A-Z]{2}\d\d[A-Z0-9]{11,29}$/.test(value)) return false;
  let rest = 0;
  for (const letter of value.slice(4) + value.slice(0, 4)) {
    const worth = Number.parseInt(letter, 36);
    rest = (rest * (worth > 9 ? 100 : 10) + worth) % 97;
  }
  return rest === 1;
}

const isVaried = (digits: string) => new Set(digits).size > 1;
const isDigits = (value: string) => /^\d+$/.test(value);

/** By the rule's name; each takes letters and digits alone. */
export const CHECKS = new Map<string, (value: string) => boolean>([
  ['luhn', (value) => isDigits(value) && luhn(value)],
  ['card', (value) => isDigits(value) && isIssued(value) && isVaried(value) && luhn(value)],
  ['ssn', (value) => isDigits(value) && isSsn(value)],
  ['itin', (value) => isDigits(value) && isItin(value)],
  ['phone', isPhone],
  ['routing', (value) => isDigits(value) && isRouting(value)],
  ['iban', isIban],
]);
