/**
 * Order of two versions of a package, by the rules that most ecosystems share: numbers compare as
 * numbers, part by part, and a pre-release (`-rc.1`) comes before its release. Build metadata
 * (`+…`) is the last resort.
 *
 * @returns negative, 0 or positive; 0 only for equal text.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    compareParts(left.release, right.release) ||
    Number(left.pre.length === 0) - Number(right.pre.length === 0) ||
    compareParts(left.pre, right.pre) ||
    compareText(a, b)
  );
}

interface Version {
  readonly release: readonly string[];
  readonly pre: readonly string[];
}

function parse(text: string): Version {
  const [, release = "", pre = ""] = /^v?([^-+~]*)(?:[-~]([^+]*))?/.exec(text) ?? [];
  return { release: split(release), pre: split(pre) };
}

function split(text: string): string[] {
  return text.match(/\d+|[a-z]+/gi) ?? [];
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    const order =
      left === undefined || right === undefined ? missing(left, right) : part(left, right);
    if (order !== 0) {
      return order;
    }
  }
  return 0;
}

/** `1.2` is 1.2.0, so only a part that is not zero tells them apart; letters mean `before`. */
function missing(left: string | undefined, right: string | undefined): number {
  const there = left ?? right ?? "0";
  if (/^0+$/.test(there)) {
    return 0;
  }
  const sign = left === undefined ? -1 : 1;
  return /^(?:a|alpha|b|beta|c|rc|dev|pre|snapshot)$/i.test(there) ? -sign : sign;
}

function part(left: string, right: string): number {
  const numeric = [left, right].map((text) => /^\d/.test(text));
  if (numeric[0] === true && numeric[1] === true) {
    const [x, y] = [left.replace(/^0+(?=\d)/, ""), right.replace(/^0+(?=\d)/, "")];
    return x.length - y.length || compareText(x, y);
  }
  return Number(numeric[0]) - Number(numeric[1]) || compareText(left, right);
}

function compareText(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}
