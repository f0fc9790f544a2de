type Random = () => number;

/**
 * One text of a template: `[a|b|c]` is one of its choices, which may hold choices themselves.
 *
 * @throws RangeError if brackets do not match.
 */
export function expandTemplate(template: string, random: Random): string {
  let text = template;
  for (let open = text.lastIndexOf("["); open >= 0; open = text.lastIndexOf("[")) {
    const close = text.indexOf("]", open);
    if (close < 0) {
      throw new RangeError(`expected a closing bracket in ${JSON.stringify(template)}`);
    }
    const choices = text.slice(open + 1, close).split("|");
    const choice = choices[Math.floor(random() * choices.length)] ?? "";
    text = text.slice(0, open) + choice + text.slice(close + 1);
  }
  return text;
}
