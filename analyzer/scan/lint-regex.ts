/**
 * Problems that make a regular expression unfit for hostile text, in words; none if it is fit.
 *
 * A repeated group that itself repeats without an upper bound, such as `(a+)*`, can take
 * exponential time in a backtracking engine; an unbounded repeat of a wildcard can take
 * quadratic time when it is tried at every offset. Rules use `{0,n}` instead. The check reads
 * the source only and is stricter than necessary.
 */
export function lintRegex(pattern: RegExp): string[] {
  const source = pattern.source.replaceAll(/\\./g, "e").replaceAll(/\[[^\]]*\]/g, "c");
  const problems: string[] = [];
  if (/\.[*+]/.test(source)) {
    problems.push(`unbounded wildcard in ${pattern.source}`);
  }
  if (/\\[1-9]/.test(pattern.source)) {
    problems.push(`back reference in ${pattern.source}`);
  }
  if (hasNestedRepeat(source)) {
    problems.push(`nested unbounded quantifiers in ${pattern.source}`);
  }
  return problems;
}

/** Reduces innermost groups one by one, remembering which of them repeat without bound. */
function hasNestedRepeat(source: string): boolean {
  const innermost = /\((?:\?(?:[:=!]|<[=!]|<\w+>))?([^()]*)\)([*+]|\{\d+,\d*\})?/;
  let rest = source;
  for (let match = innermost.exec(rest); match !== null; match = innermost.exec(rest)) {
    const [group, body = "", quantifier] = match;
    const unboundedInside = /[*+]|\{\d+,\}|R/.test(body);
    if (unboundedInside && quantifier !== undefined) {
      return true;
    }
    const unbounded = unboundedInside || /[*+]|,\}/.test(quantifier ?? "");
    const symbol = unbounded ? "R" : "e";
    rest = rest.slice(0, match.index) + symbol + rest.slice(match.index + group.length);
  }
  return false;
}
