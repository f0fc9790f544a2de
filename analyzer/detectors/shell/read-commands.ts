import type { Content } from "../../../core/model/genai.ts";

/** Names of tools that run what they are given. */
const shellTool = /bash|shell|terminal|command|exec|powershell|run_?(?:cmd|script)|^sh$|console/i;

/** Arguments that hold a command, in any tool. */
const commandKey =
  /^(?:command|cmd|script|shell_?command|bash_?command|full_?command|code|input|commands)$/i;

/** Tools whose `code` or `input` is not shell. */
const otherLanguage = /python|sql|javascript|node|jupyter|notebook|query|search|edit|write/i;

/**
 * The shell commands in the arguments of a tool call. Arguments are JSON in most dialects; a
 * bare text is a command only if the tool's name says that it runs commands.
 */
export function readCommands({ text, tool }: Content): string[] {
  if (otherLanguage.test(tool) && !shellTool.test(tool)) {
    return [];
  }
  const first = text.trimStart().charAt(0);
  if (first === "{" || first === "[") {
    const parsed = parseArguments(text);
    if (parsed !== undefined) {
      return commandsIn(parsed, shellTool.test(tool));
    }
  }
  return shellTool.test(tool) ? [text] : [];
}

function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function commandsIn(node: unknown, isShell: boolean): string[] {
  if (typeof node === "string") {
    return isShell ? [node] : [];
  }
  if (Array.isArray(node)) {
    const words = node.filter((item): item is string => typeof item === "string");
    // `["bash", "-lc", "…"]`: the last word is the script.
    return isShell && words.length > 0
      ? [words.at(-1) ?? "", words.join(" ")].slice(0, words[1]?.startsWith("-") ? 1 : 2)
      : [];
  }
  if (typeof node !== "object" || node === null) {
    return [];
  }
  const entries = Object.entries(node);
  const named = entries.filter(
    ([key]) => commandKey.test(key) && (isShell || !/^(?:code|input)$/i.test(key)),
  );
  return named.flatMap(([, value]) => commandsIn(value, true));
}
