import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type CompiledRule, compileRule } from "./compile-rule.ts";
import { createRuleEngine } from "./rule-engine.ts";
import { RuleFile, ruleBounds, UserRule } from "./user-rule.ts";

export interface LoadedRules {
  readonly rules: readonly CompiledRule[];
  /** One sentence each, naming file, rule and what to do; with any of them nothing is in force. */
  readonly problems: readonly string[];
}

/** Reads, compiles and tries the rules of files and of the YAML files in folders. */
export function loadRules(paths: readonly string[]): LoadedRules {
  const problems: string[] = [];
  const rules = paths
    .flatMap((path) => filesOf(path, problems))
    .flatMap((file) => readFile(file, problems));
  const seen = new Map<string, string>();
  for (const { file, compiled } of rules) {
    const { id } = compiled.rule;
    const other = seen.get(id);
    if (other !== undefined) {
      problems.push(`${file}: rule ${id}: the id is taken by a rule of ${other}; rename one`);
    }
    seen.set(id, file);
  }
  if (rules.length > ruleBounds.rules) {
    problems.push(`expected at most ${ruleBounds.rules} rules in all, got ${rules.length}`);
  }
  return { rules: rules.map(({ compiled }) => compiled), problems };
}

/** The files that rules are read from, for noticing a change. */
export function filesOf(path: string, problems: string[]): string[] {
  try {
    return statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => /\.ya?ml$/.test(name))
          .toSorted()
          .map((name) => join(path, name))
      : [path];
  } catch (error) {
    problems.push(`${path}: expected a file or folder with rules (${codeOf(error)})`);
    return [];
  }
}

interface FileRule {
  readonly file: string;
  readonly compiled: CompiledRule;
}

function readFile(file: string, problems: string[]): FileRule[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    problems.push(`${file}: cannot be read (${codeOf(error)})`);
    return [];
  }
  return parseRules(text, file, problems).map((compiled) => ({ file, compiled }));
}

/** The rules of one file's text; what is wrong is added to `problems`. */
export function parseRules(text: string, file: string, problems: string[]): CompiledRule[] {
  if (text.length > ruleBounds.fileBytes) {
    problems.push(`${file}: expected at most ${ruleBounds.fileBytes} bytes; split the file`);
    return [];
  }
  let value: unknown;
  try {
    // Aliases multiply: a short file could stand for a huge one.
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : "";
    problems.push(`${file}: expected YAML without aliases (${why})`);
    return [];
  }
  const list = (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(list) || list.length > ruleBounds.rules) {
    const shape = RuleFile.safeParse(value);
    problems.push(`${file}: ${shape.error?.issues[0]?.message ?? "expected rules"} (rules: […])`);
    return [];
  }
  return list.flatMap((item: unknown, index) => readRule(item, { file, index }, problems));
}

function readRule(
  item: unknown,
  { file, index }: { readonly file: string; readonly index: number },
  problems: string[],
): CompiledRule[] {
  const id = (item as { id?: unknown } | null)?.id;
  const where = `${file}: rule ${typeof id === "string" ? id : `number ${index + 1}`}`;
  const parsed = UserRule.safeParse(item);
  if (!parsed.success) {
    problems.push(
      ...parsed.error.issues.map(({ path, message }) => `${where}: ${path.join(".")}: ${message}`),
    );
    return [];
  }
  try {
    const compiled = compileRule(parsed.data);
    problems.push(...failedExamples(compiled).map((problem) => `${where}: ${problem}`));
    return [compiled];
  } catch (error) {
    problems.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Examples are tried by the engine that runs in production, keywords and window included. */
function failedExamples(compiled: CompiledRule): string[] {
  const { mustMatch, mustPass, origin } = compiled.rule;
  const scan = createRuleEngine([compiled]);
  const missing =
    mustMatch.length === 0 && origin === "own"
      ? ["mustMatch: expected at least one text that the rule finds; it also proves it is alive"]
      : [];
  return [
    ...missing,
    ...mustMatch
      .filter((text) => scan(text).hits.length === 0)
      .map((text) => `mustMatch: ${shown(text)} is not found; look at keywords, entropy and allow`),
    ...mustPass
      .filter((text) => scan(text).hits.length > 0)
      .map((text) => `mustPass: ${shown(text)} is found; narrow the pattern or allow it`),
  ];
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
