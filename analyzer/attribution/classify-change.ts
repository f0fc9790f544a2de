import type { ChangeKind } from "../../core/model/change.ts";

/** What part of a system a change touches; `inert` is text, tests and styles. */
export type ChangeClass =
  | "tool"
  | "prompt"
  | "mcp"
  | "permission"
  | "guardrail"
  | "model"
  | "config"
  | "dependency"
  | "data"
  | "code"
  | "inert";

const classOfKind: Partial<Record<ChangeKind, ChangeClass>> = {
  model: "model",
  prompt_template: "prompt",
  config: "config",
  guardrail: "guardrail",
  dependency: "dependency",
  dataset: "data",
};

// Words are looked for between separators, so that "stools.ts" is no tool.
const pathRules: readonly (readonly [ChangeClass, RegExp])[] = [
  ["tool", /(^|[/._-])tools?([/._-]|$)/],
  ["prompt", /(^|[/._-])(system[_-]?)?(prompts?|instructions?)([/._-]|$)/],
  ["mcp", /(^|[/._-])mcp([/._-]|$)/],
  [
    "permission",
    /(^|[/._-])(permissions?|polic(y|ies)|rbac|iam|scopes?|roles?)([/._-]|$)|\.claude\/settings/,
  ],
  ["guardrail", /(^|\/)(claude|agents|skill|gemini)\.md$|(^|[/._-])guardrails?([/._-]|$)/],
  ["model", /(^|[/._-])(models?|llm)([/._-]|$)/],
  [
    "dependency",
    /(^|\/)(package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|requirements[^/]*\.txt|pyproject\.toml|poetry\.lock|uv\.lock|go\.(mod|sum)|cargo\.(toml|lock)|pom\.xml|build\.gradle(\.kts)?|gemfile(\.lock)?)$/,
  ],
  ["data", /(^|[/._-])(data|datasets?|corpus|embeddings?|index(es)?)\/|\.(jsonl|csv|parquet)$/],
  ["config", /\.(ya?ml|toml|ini|env|conf|properties)$|(^|\/)(config|helm|deploy)\//],
];

const inertPath =
  /(^|\/)(docs?|tests?|__tests__|spec|fixtures|examples?)\/|\.(test|spec)\.[a-z]+$|\.(md|mdx|txt|rst|css|scss|less|svg|png|jpe?g|ico)$|(^|\/)(licen[cs]e|changelog|codeowners)[^/]*$/;

/** The classes of a change: of its kind, else of its files; `code` where nothing is known. */
export function classifyChange(kind: ChangeKind, files: readonly string[]): Set<ChangeClass> {
  const ofKind = classOfKind[kind];
  if (ofKind !== undefined) {
    return new Set([ofKind]);
  }
  if (files.length === 0) {
    return new Set(["code"]);
  }
  return new Set(files.flatMap(classifyPath));
}

function classifyPath(path: string): ChangeClass[] {
  const lower = path.slice(0, 512).toLowerCase();
  const guardrail = pathRules.filter(([name]) => name === "guardrail" || name === "prompt");
  if (inertPath.test(lower)) {
    // An agent's instructions are Markdown, and anything but inert.
    const alive = guardrail.filter(([, rule]) => rule.test(lower)).map(([name]) => name);
    return alive.length > 0 && !/(^|\/)(docs?|tests?|__tests__)\//.test(lower) ? alive : ["inert"];
  }
  const matched = pathRules.filter(([, rule]) => rule.test(lower)).map(([name]) => name);
  return matched.length > 0 ? matched : ["code"];
}
