import { existsSync, readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { z } from "zod";
import { Config } from "./config.ts";

export interface LoadedConfig {
  readonly config: Config;
  /** Settings that were not understood but do no harm, one sentence each. */
  readonly warnings: readonly string[];
}

/** Thrown with every mistake of the configuration at once, one sentence each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n- ${problems.join("\n- ")}`);
    this.problems = problems;
  }
}

export interface ConfigSources {
  /** Path of the YAML file; a missing file is an error only if `fileRequired`. */
  readonly file: string;
  readonly fileRequired: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Flags of the command line, already shaped like the config; they win. */
  readonly flags?: Record<string, unknown>;
}

/**
 * Reads `telltale.yaml`, then `TELLTALE_*`, then flags; later wins. A variable's name is the
 * key's path in capitals: `otlp.httpPort` is `TELLTALE_OTLP_HTTP_PORT`. Lists and objects are
 * given as JSON, lists of words also with commas between.
 *
 * @throws ConfigError naming every problem.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: string[] = [];
  const merged = readYaml(sources, problems);
  const warnings = applyEnvironment(merged, sources.env);
  mergeInto(merged, sources.flags ?? {});
  const parsed = Config.safeParse(merged);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map(inWords));
  }
  if (problems.length > 0 || !parsed.success) {
    throw new ConfigError(problems);
  }
  return { config: parsed.data, warnings };
}

type Tree = Record<string, unknown>;

function readYaml({ file, fileRequired }: ConfigSources, problems: string[]): Tree {
  if (!existsSync(file)) {
    if (fileRequired) {
      problems.push(`${file}: expected a configuration file, found none`);
    }
    return {};
  }
  const document = parseDocument(readFileSync(file, "utf8"));
  if (document.errors.length > 0) {
    problems.push(...document.errors.map((error) => `${file}: ${error.message.split("\n")[0]}`));
    return {};
  }
  const value: unknown = document.toJS();
  if (value === null || value === undefined) {
    return {};
  }
  if (!isTree(value)) {
    problems.push(`${file}: expected keys and values at the top, got ${typeof value}`);
    return {};
  }
  return value;
}

/** Variables that steer a client or the shell, not this configuration. */
const foreignVariables = new Set([
  "TELLTALE_API_URL",
  "TELLTALE_API_KEY",
  "TELLTALE_CONFIG",
  "TELLTALE_BENCH_DATA",
]);

/**
 * An unknown variable is a warning, not an error: Kubernetes sets `TELLTALE_PORT` and its like
 * for a service named telltale.
 */
function applyEnvironment(into: Tree, env: NodeJS.ProcessEnv): string[] {
  const leaves = configLeaves();
  const warnings: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("TELLTALE_") || text === undefined || foreignVariables.has(name)) {
      continue;
    }
    const leaf = leaves.get(name);
    if (leaf === undefined) {
      warnings.push(`${name}: no such setting; known ones start ${nearest(name, leaves)}`);
      continue;
    }
    setPath(into, leaf.path, fromText(text, leaf.type));
  }
  return warnings;
}

interface Leaf {
  readonly path: readonly string[];
  readonly type: string;
}

/** Every leaf of the schema by its variable name. */
export function configLeaves(): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collectLeaves(z.toJSONSchema(Config, { io: "input" }) as JsonSchema, [], leaves);
  return leaves;
}

interface JsonSchema {
  readonly type?: string;
  readonly properties?: Record<string, JsonSchema>;
}

function collectLeaves(schema: JsonSchema, path: string[], leaves: Map<string, Leaf>): void {
  if (schema.properties === undefined) {
    leaves.set(variableName(path), { path, type: schema.type ?? "string" });
    return;
  }
  for (const [key, child] of Object.entries(schema.properties)) {
    collectLeaves(child, [...path, key], leaves);
  }
}

function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase());
  return `TELLTALE_${words.join("_")}`;
}

function nearest(name: string, leaves: ReadonlyMap<string, Leaf>): string {
  const prefix = name.split("_").slice(0, 2).join("_");
  const near = [...leaves.keys()].filter((known) => known.startsWith(prefix));
  return (near.length > 0 ? near : [...leaves.keys()]).slice(0, 5).join(", ");
}

function fromText(text: string, type: string): unknown {
  switch (type) {
    case "integer":
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "1" || (text === "false" || text === "0" ? false : text);
    case "array":
      return fromJson(text) ?? listOf(text);
    case "object":
      return fromJson(text) ?? text;
    default:
      return text;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What looks like JSON is a mistake in it, not a list of words. */
function listOf(text: string): unknown {
  if (/^\s*[[{"]/.test(text)) {
    return text;
  }
  const words = text.split(",").map((word) => word.trim());
  return words.filter((word) => word !== "");
}

function setPath(into: Tree, path: readonly string[], value: unknown): void {
  let node = into;
  for (const key of path.slice(0, -1)) {
    const child = node[key];
    const next: Tree = isTree(child) ? child : {};
    node[key] = next;
    node = next;
  }
  const last = path.at(-1);
  if (last !== undefined) {
    node[last] = value;
  }
}

function mergeInto(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) {
    const present = into[key];
    if (isTree(value) && isTree(present)) {
      mergeInto(present, value);
    } else if (value !== undefined) {
      into[key] = value;
    }
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.join(".") || "configuration";
  return `${where}: ${issue.message}`;
}
