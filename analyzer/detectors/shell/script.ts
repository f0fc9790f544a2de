import { lexShell, type Token, type Word } from "./lexer.ts";

export interface Redirect {
  readonly operator: string;
  readonly target: string;
}

/**
 * One simple command after expansion. Known variables are replaced; a command substitution
 * keeps its text, so that what it reads stays visible in the words it ends up in.
 */
export interface ShellCommand {
  /** Last path component of the first word, without `sudo`, `env`, `nohup` and their like. */
  readonly name: string;
  readonly args: readonly string[];
  readonly redirects: readonly Redirect[];
  /** Heredoc and here-string text. */
  readonly input: string;
  /** All words as one line, for excerpts and for rules over the whole command. */
  readonly line: string;
  readonly sudo: boolean;
  /** True for `eval` or `sh -c` of a bare variable: what runs is not in the script. */
  readonly runsVariable: boolean;
}

/** Commands joined by pipes; the output of each is the input of the next. */
export type Pipeline = readonly ShellCommand[];

const maxDepth = 6;
const maxPipelines = 2000;

/**
 * The pipelines of a script in order, those inside substitutions and `sh -c` included. A small
 * abstract interpreter: it follows assignments, loop variables and the arguments of functions
 * defined in the script, and knows nothing of the machine.
 */
export function readScript(source: string): Pipeline[] {
  const functions = new Map<string, string[]>();
  const first = new Reader(functions, new Map());
  first.read(source, 0);
  // A second pass binds `$1` in function bodies to the arguments of calls that come later.
  const calls = first.pipelines.flat().filter(({ name }) => functions.has(name));
  if (calls.length === 0) {
    return first.pipelines;
  }
  for (const { name, args } of calls) {
    functions.set(name, [...args]);
  }
  const second = new Reader(functions, new Map());
  second.read(source, 0);
  return second.pipelines;
}

const keywords = new Set([
  "if",
  "then",
  "else",
  "elif",
  "do",
  "while",
  "until",
  "!",
  "time",
  "{",
  "}",
  "fi",
  "done",
  "esac",
]);
const wrappers = new Set([
  "sudo",
  "env",
  "nohup",
  "command",
  "exec",
  "builtin",
  "doas",
  "nice",
  "ionice",
  "stdbuf",
  "timeout",
  "setsid",
  "time",
  "xargs",
  "busybox",
  "unbuffer",
]);
const declarations = new Set(["local", "export", "declare", "readonly", "typeset"]);
const shells = new Set(["sh", "bash", "zsh", "dash", "ksh"]);

class Reader {
  readonly pipelines: Pipeline[] = [];
  private readonly functions: Map<string, string[]>;
  private readonly variables: Map<string, string>;
  private current = "";

  constructor(functions: Map<string, string[]>, variables: Map<string, string>) {
    this.functions = functions;
    this.variables = variables;
  }

  read(source: string, depth: number): void {
    let tokens: Token[] = [];
    let pipeline: ShellCommand[] = [];
    const endCommand = () => {
      const command = this.command(tokens, depth);
      if (command !== null) {
        pipeline.push(command);
      }
      tokens = [];
    };
    for (const token of lexShell(source)) {
      if (this.pipelines.length > maxPipelines) {
        return;
      }
      if (token.type !== "operator" || isRedirect(token.text)) {
        tokens.push(token);
        continue;
      }
      this.noteFunction(tokens, token.text);
      endCommand();
      if (token.text !== "|" && token.text !== "|&") {
        this.finish(pipeline, depth);
        pipeline = [];
      }
    }
    endCommand();
    this.finish(pipeline, depth);
  }

  private finish(pipeline: ShellCommand[], depth: number): void {
    if (pipeline.length === 0) {
      return;
    }
    this.pipelines.push(pipeline);
    for (const command of pipeline) {
      const code = scriptOf(command);
      if (code !== "" && depth < maxDepth) {
        this.read(code, depth + 1);
      }
    }
  }

  /** `name()` or `function name` opens a body in which `$1` is an argument. */
  private noteFunction(tokens: readonly Token[], operator: string): void {
    const words = tokens.flatMap((token) =>
      token.type === "word" ? [plainText(token.parts)] : [],
    );
    const [firstWord = "", secondWord = ""] = words;
    const name = firstWord === "function" ? secondWord : firstWord;
    const opens = firstWord === "function" || (operator === "(" && words.length === 1);
    if (opens && /^[\w-]+$/.test(name)) {
      this.current = name;
      if (!this.functions.has(name)) {
        this.functions.set(name, []);
      }
    } else if (firstWord === "}") {
      this.current = "";
    }
  }

  private command(tokens: readonly Token[], depth: number): ShellCommand | null {
    const words: string[] = [];
    const redirects: Redirect[] = [];
    let input = "";
    for (let at = 0; at < tokens.length; at += 1) {
      const token = tokens[at];
      if (token?.type === "heredoc") {
        input += token.text;
      } else if (token?.type === "operator") {
        const next = tokens[at + 1];
        const target = next?.type === "word" ? this.expand(next.parts, depth) : "";
        redirects.push({ operator: token.text, target });
        input += token.text === "<<<" ? target : "";
        at += next?.type === "word" ? 1 : 0;
      } else if (token !== undefined) {
        words.push(this.expand(token.parts, depth));
      }
    }
    const command = this.simple(words, redirects, input);
    return command && { ...command, runsVariable: runsVariable(command, tokens) };
  }

  private simple(
    all: string[],
    redirects: Redirect[],
    input: string,
  ): Omit<ShellCommand, "runsVariable"> | null {
    const words = [...all];
    while (words[0] !== undefined && keywords.has(words[0])) {
      words.shift();
    }
    if (words[0] === "for" && words[1] !== undefined) {
      this.variables.set(words[1], words.slice(3).join(" "));
      return null;
    }
    const declared = words[0] !== undefined && declarations.has(words[0]);
    const rest = this.assign(declared ? words.slice(1) : words);
    if (rest.length === 0 && redirects.length === 0) {
      return words.length > 0 && !declared ? assignmentOnly(words) : null;
    }
    const sudo = rest[0] === "sudo" || rest[0] === "doas";
    const unwrapped = withoutWrappers(rest);
    const [head = "", ...args] = unwrapped;
    const line = [...all, ...redirects.map(({ operator, target }) => `${operator} ${target}`)].join(
      " ",
    );
    return { name: head.split("/").at(-1) ?? head, args, redirects, input, line, sudo };
  }

  /** Takes `NAME=value` off the front and remembers it. */
  private assign(words: readonly string[]): string[] {
    const from = words.findIndex((word) => !/^\w+\+?=/.test(word));
    const assignments = from < 0 ? words : words.slice(0, from);
    for (const assignment of assignments) {
      const at = assignment.indexOf("=");
      this.variables.set(assignment.slice(0, at).replace("+", ""), assignment.slice(at + 1));
    }
    return from < 0 ? [] : words.slice(from);
  }

  private expand(parts: Word, depth: number): string {
    let text = "";
    for (const part of parts) {
      if (part.kind === "text") {
        text += part.text;
      } else if (part.kind === "variable") {
        text += this.variable(part.name);
      } else {
        text += this.substitution(part.source, depth);
      }
      if (text.length > 20_000) {
        return text.slice(0, 20_000);
      }
    }
    return text;
  }

  private variable(name: string): string {
    const args = this.functions.get(this.current);
    if (args !== undefined && /^[1-9]$/.test(name)) {
      return args[Number(name) - 1] ?? `$${name}`;
    }
    return this.variables.get(name) ?? `$${name}`;
  }

  private substitution(source: string, depth: number): string {
    if (depth >= maxDepth) {
      return `$(${source})`;
    }
    const from = this.pipelines.length;
    this.read(source, depth + 1);
    const inner = this.pipelines
      .slice(from)
      .map((pipeline) => pipeline.map(({ line }) => line).join(" | "));
    return `$(${inner.join("; ") || source})`;
  }
}

function runsVariable(
  { name, args }: Pick<ShellCommand, "name" | "args">,
  tokens: readonly Token[],
): boolean {
  if (name !== "eval" && !(shells.has(name) && args[0] === "-c")) {
    return false;
  }
  const words = tokens.flatMap((token) => (token.type === "word" ? [token.parts] : []));
  const code = words[name === "eval" ? 1 : 2] ?? [];
  const parts = code.filter((part) => part.kind !== "text" || part.text !== "");
  return parts.length === 1 && parts[0]?.kind === "variable";
}

/** What a shell is given to run: the word after `-c`, or its input. */
function scriptOf({ name, args, input }: ShellCommand): string {
  if (!shells.has(name)) {
    return "";
  }
  const flag = args.findIndex((word) => /^-[a-z]{0,3}c$/.test(word));
  return flag < 0 ? input : (args[flag + 1] ?? "");
}

function assignmentOnly(words: readonly string[]): Omit<ShellCommand, "runsVariable"> {
  return { name: "", args: words, redirects: [], input: "", line: words.join(" "), sudo: false };
}

function withoutWrappers(words: readonly string[]): readonly string[] {
  let rest = words;
  for (let head = rest[0]; head !== undefined && wrappers.has(head); head = rest[0]) {
    const next = rest.slice(1).findIndex((word) => !/^-|^\w+=|^\d+[smhd]?$/.test(word));
    rest = next < 0 ? [] : rest.slice(next + 1);
  }
  return rest.length > 0 ? rest : words;
}

function isRedirect(text: string): boolean {
  return /[<>]/.test(text);
}

function plainText(parts: Word): string {
  return parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
}
