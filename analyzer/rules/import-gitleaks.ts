import { parse } from "smol-toml";
import { stringify } from "yaml";
import { compileRule, RuleError } from "./compile-rule.ts";
import { UserRule } from "./user-rule.ts";

export interface ImportedRules {
  /** A file of rules of our own. */
  readonly yaml: string;
  readonly count: number;
  /** What was left out and why, one sentence each. */
  readonly leftOut: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

/**
 * Rules of a `gitleaks.toml` as rules of our own. What has no counterpart is named: rules
 * without a pattern (they look at paths), without keywords (every text would be read by the
 * slow engine), or that RE2 cannot run; and allow-lists of paths, commits and whole lines.
 *
 * @throws RuleError if the text is no such file.
 */
export function importGitleaks(toml: string): ImportedRules {
  const file = readToml(toml);
  const leftOut: string[] = [];
  if (file["extend"] !== undefined) {
    leftOut.push("extend: rules of other files are not read; import those files, too");
  }
  const shared = allowOf([file["allowlist"], file["allowlists"]], "allowlist", leftOut);
  const rules = tables(file["rules"]).flatMap((item) => {
    try {
      return [toRule(item, shared, leftOut)];
    } catch (error) {
      leftOut.push(`rule ${text(item["id"])}: ${error instanceof Error ? error.message : ""}`);
      return [];
    }
  });
  const header = "# Imported from a gitleaks.toml; add mustMatch and mustPass where you can.\n";
  return { yaml: header + stringify({ rules }), count: rules.length, leftOut };
}

function readToml(toml: string): Table {
  try {
    return parse(toml);
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : "";
    throw new RuleError(`expected a gitleaks.toml: ${why}`);
  }
}

/** What most of these patterns span, from the word before a token to its end. */
const usualWindow = 400;

interface Allow {
  readonly patterns: string[];
  readonly words: string[];
}

function toRule(item: Table, shared: Allow, leftOut: string[]): object {
  const id = text(item["id"]);
  if (text(item["regex"]) === "") {
    throw new RuleError("it has no regex; rules on paths have no counterpart");
  }
  if (texts(item["keywords"]).length === 0) {
    throw new RuleError("it has no keywords; add a word that stands near each match");
  }
  const own = allowOf([item["allowlist"], item["allowlists"]], `rule ${id}`, leftOut);
  const patterns = [...own.patterns, ...shared.patterns];
  const words = [...own.words, ...shared.words];
  const rule = {
    id: id.toLowerCase(),
    description: text(item["description"]),
    type: "secret_leak",
    severity: "high",
    keywords: texts(item["keywords"]),
    pattern: text(item["regex"]),
    ...(typeof item["secretGroup"] === "number" && { group: item["secretGroup"] }),
    ...(typeof item["entropy"] === "number" && { entropy: item["entropy"] }),
    // Keys of several lines are longer than what else is looked for.
    window: /\\s\\S|\(\?s/.test(text(item["regex"])) ? 8192 : usualWindow,
    ...(patterns.length + words.length > 0 && { allow: { patterns, words } }),
    origin: "gitleaks",
  };
  const parsed = UserRule.safeParse(rule);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join(".")}: ${issue.message}`,
    );
    throw new RuleError(problems.join("; "));
  }
  compileRule(parsed.data);
  return rule;
}

/** What an allow-list says of the value itself. */
function allowOf(lists: readonly unknown[], where: string, leftOut: string[]): Allow {
  const allow: Allow = { patterns: [], words: [] };
  for (const list of lists
    .flatMap((each) => (Array.isArray(each) ? each : [each]))
    .filter(isTable)) {
    if (list["condition"] === "AND") {
      leftOut.push(`${where}: an allow-list whose conditions hold together`);
    } else {
      addAllowed(allow, list, where, leftOut);
    }
  }
  return allow;
}

function addAllowed(allow: Allow, list: Table, where: string, leftOut: string[]): void {
  if (list["regexTarget"] === "line") {
    leftOut.push(`${where}: an allow-list of whole lines`);
  } else {
    allow.patterns.push(...texts(list["regexes"]));
  }
  allow.words.push(...texts(list["stopwords"]));
  for (const name of ["paths", "commits"].filter((key) => texts(list[key]).length > 0)) {
    leftOut.push(`${where}: an allow-list of ${name}`);
  }
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tables(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
