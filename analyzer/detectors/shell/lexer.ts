/** A piece of a shell word. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string }
  /** `$(…)`, backquotes or `<(…)`: another script whose output stands here. */
  | { readonly kind: "script"; readonly source: string };

export type Word = readonly Part[];

export type Token =
  | { readonly type: "word"; readonly parts: Word }
  | { readonly type: "operator"; readonly text: string }
  | { readonly type: "heredoc"; readonly text: string };

const operators = [
  "&>>",
  "<<<",
  "<<-",
  "||",
  "&&",
  ";;",
  "|&",
  ">>",
  ">&",
  "&>",
  "<<",
  ">|",
  "<&",
  "|",
  "&",
  ";",
  ">",
  "<",
  "(",
  ")",
  "\n",
];

/** What separates words. Other white space, such as a form feed or U+00A0, is part of them. */
const blank = /[ \t\r]/;

/**
 * Splits shell text into words and operators, after POSIX quoting rules and the bash forms that
 * scripts use. Never fails: what is not closed ends with the text. Linear in its length.
 */
export function lexShell(source: string): Token[] {
  return new Lexer(source).tokens();
}

class Lexer {
  private at = 0;
  private readonly output: Token[] = [];
  private readonly heredocs: string[] = [];
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  tokens(): Token[] {
    while (this.at < this.source.length) {
      const character = this.source.charAt(this.at);
      if (blank.test(character)) {
        this.at += 1;
      } else if (character === "#") {
        this.at = this.lineEnd();
      } else if (character === "\\" && this.source.charAt(this.at + 1) === "\n") {
        this.at += 2;
      } else if (!this.operator()) {
        this.word();
      }
    }
    return this.output;
  }

  private lineEnd(): number {
    const end = this.source.indexOf("\n", this.at);
    return end < 0 ? this.source.length : end;
  }

  private operator(): boolean {
    const next = this.source.slice(this.at, this.at + 3);
    const text = operators.find((candidate) => next.startsWith(candidate));
    const isSubstitution = (text === "<" || text === ">") && next.charAt(1) === "(";
    if (text === undefined || isSubstitution) {
      return false;
    }
    this.at += text.length;
    if (text === "\n") {
      // A body belongs to the command that this line ends.
      this.heredocBodies();
    }
    this.output.push({ type: "operator", text });
    if (text === "<<" || text === "<<-") {
      this.heredocStart();
    }
    return true;
  }

  private heredocStart(): void {
    const match = /^\s*(?:"([^"\n]*)"|'([^'\n]*)'|\\?([\w.-]+))/.exec(
      this.source.slice(this.at, this.at + 120),
    );
    if (match !== null) {
      this.at += match[0].length;
      this.heredocs.push(match[1] ?? match[2] ?? match[3] ?? "");
    }
  }

  private heredocBodies(): void {
    for (const delimiter of this.heredocs.splice(0)) {
      const from = this.at;
      let bodyEnd = this.source.length;
      while (this.at < this.source.length) {
        const end = this.lineEnd();
        const line = this.source.slice(this.at, end).trim();
        if (line === delimiter) {
          bodyEnd = this.at;
          this.at = Math.min(end + 1, this.source.length);
          break;
        }
        this.at = end + 1;
      }
      this.output.push({ type: "heredoc", text: this.source.slice(from, bodyEnd) });
    }
  }

  private word(): void {
    const parts: Part[] = [];
    while (this.at < this.source.length && !this.endsWord()) {
      const character = this.source.charAt(this.at);
      if (character === '"') {
        this.doubleQuoted(parts);
      } else if (character === "$" || character === "`" || this.opensProcess()) {
        parts.push(this.expansion());
      } else {
        addText(parts, this.plainText(character));
      }
    }
    // The digit of `2>` names a stream; it is no word.
    if (/[<>]/.test(this.source.charAt(this.at)) && isStreamNumber(parts)) {
      return;
    }
    this.output.push({ type: "word", parts });
  }

  private endsWord(): boolean {
    const character = this.source.charAt(this.at);
    return (
      blank.test(character) ||
      /[\n;|&()]/.test(character) ||
      (/[<>]/.test(character) && !this.opensProcess())
    );
  }

  private plainText(character: string): string {
    if (character === "'") {
      return this.singleQuoted();
    }
    const escaped = character === "\\";
    const text = escaped ? this.source.charAt(this.at + 1).replace("\n", "") : character;
    this.at += escaped ? 2 : 1;
    return text;
  }

  private opensProcess(): boolean {
    return /^[<>]\(/.test(this.source.slice(this.at, this.at + 2));
  }

  private singleQuoted(): string {
    const end = this.source.indexOf("'", this.at + 1);
    const text = this.source.slice(this.at + 1, end < 0 ? this.source.length : end);
    this.at = end < 0 ? this.source.length : end + 1;
    return text;
  }

  private doubleQuoted(parts: Part[]): void {
    this.at += 1;
    addText(parts, "");
    while (this.at < this.source.length && this.source.charAt(this.at) !== '"') {
      const character = this.source.charAt(this.at);
      if (character === "$" || character === "`") {
        parts.push(this.expansion());
      } else {
        const escaped = character === "\\";
        addText(parts, this.source.charAt(this.at + (escaped ? 1 : 0)));
        this.at += escaped ? 2 : 1;
      }
    }
    this.at += 1;
  }

  /** `$name`, `${name…}`, `$(…)`, `$((…))`, backquotes and `<(…)`. */
  private expansion(): Part {
    const rest = this.source.slice(this.at, this.at + 80);
    if (rest.startsWith("`")) {
      const end = this.source.indexOf("`", this.at + 1);
      return this.script(this.at + 1, end < 0 ? this.source.length : end);
    }
    const open = rest.indexOf("(");
    if (open === 1) {
      return this.script(this.at + 2, matchingParenthesis(this.source, this.at + 1));
    }
    const braced = /^\$\{[!#]?(\w+|[@*#?])[^}\n]{0,60}\}?/.exec(rest);
    const plain = /^\$(\w+|[@*#?$!-])/.exec(rest);
    const match = braced ?? plain;
    this.at += match?.[0].length ?? 1;
    return match === null
      ? { kind: "text", text: "$" }
      : { kind: "variable", name: match[1] ?? "" };
  }

  private script(from: number, to: number): Part {
    this.at = Math.min(to + 1, this.source.length);
    return { kind: "script", source: this.source.slice(from, to) };
  }
}

/** Joins text to the text before it. */
function addText(parts: Part[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === "text") {
    parts[parts.length - 1] = { kind: "text", text: last.text + text };
  } else {
    parts.push({ kind: "text", text });
  }
}

function isStreamNumber(parts: readonly Part[]): boolean {
  const [part] = parts;
  return parts.length === 1 && part?.kind === "text" && /^\d$/.test(part.text);
}

/** Offset of the parenthesis that closes the one at `open`, quotes skipped. */
function matchingParenthesis(source: string, open: number): number {
  let depth = 0;
  for (let at = open; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === "\\") {
      at += 1;
    } else if (character === "'" || character === '"') {
      const end = source.indexOf(character, at + 1);
      at = end < 0 ? at : end;
    } else if (character === "(") {
      depth += 1;
    } else if (character === ")") {
      depth -= 1;
      if (depth === 0) {
        return at;
      }
    }
  }
  return source.length;
}
