import { packageKey } from "./package-key.ts";

/** The names in a list or lockfile, as keys. */
export function parsePackageList(text: string, ecosystem: string): ReadonlySet<string> {
  const isJson = /^\s{0,1000}(?:\{|\[(?!\[))/.test(text);
  const names = isJson ? namesInJson(JSON.parse(text)) : namesInLines(text);
  return new Set(names.map((name) => packageKey(ecosystem, name)));
}

function namesInJson(parsed: unknown): string[] {
  if (Array.isArray(parsed)) {
    return parsed.flatMap((entry: unknown) => nameOf(entry));
  }
  const fields = parsed as Readonly<Record<string, unknown>>;
  const members = ["packages", "dependencies", "devDependencies", "default", "develop"];
  return members.flatMap((member) => {
    const value = fields[member];
    return typeof value === "object" && value !== null
      ? Object.keys(value).flatMap((key) => key.split("node_modules/").at(-1) || [])
      : [];
  });
}

function nameOf(entry: unknown): string[] {
  if (typeof entry === "string") {
    return [entry];
  }
  const name = (entry as { readonly name?: unknown } | null)?.name;
  return typeof name === "string" ? [name] : [];
}

/** A line is `name`, `name==1.0`, `name 1.0`, or `name = "…"` of a TOML lockfile. */
function namesInLines(text: string): string[] {
  const toml = [...text.matchAll(/^name = "([^"\n]{1,214})"/gm)].map((match) => match[1] ?? "");
  if (toml.length > 0) {
    return toml;
  }
  return text.split("\n").flatMap((line) => {
    const name = /^\s{0,8}(@?[\w./-]{1,214})/.exec(line)?.[1];
    return name === undefined || line.trimStart().startsWith("#") ? [] : [name];
  });
}
