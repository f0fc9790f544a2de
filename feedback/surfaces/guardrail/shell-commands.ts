/**
 * The simple commands of a shell line, in order. Claude Code checks each of them against its
 * rules, so `cd x && curl y` is two. Splits at `&&`, `||`, `;`, `|`, `&` and line ends outside
 * quotes; it does not expand variables or look into `$(…)`.
 */
export function shellCommands(line: string): string[] {
  const commands: string[] = [];
  let current = "";
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === "\\" && quote !== "'") {
      current += char + (line[++at] ?? "");
    } else if (quote !== "") {
      quote = char === quote ? "" : quote;
      current += char;
    } else if (separators.has(char)) {
      commands.push(current);
      current = "";
    } else {
      quote = char === '"' || char === "'" ? char : "";
      current += char;
    }
  }
  commands.push(current);
  return commands.map((command) => command.trim()).filter((command) => command !== "");
}

const separators: ReadonlySet<string> = new Set(["&", "|", ";", "\n"]);
