import { z } from "zod";
import { Config } from "../core/config/config.ts";
import { configLeaves } from "../core/config/load-config.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Record<string, JsonSchema>;
  readonly items?: JsonSchema;
}

const intro = `# Configuration

<!-- Made by \`node docs/generate.ts\` from core/config/config.ts; change it there. -->

Settings come from \`telltale.yaml\` in the working folder (or the file of \`--config\` or \`TELLTALE_CONFIG\`), then from \`TELLTALE_*\` variables; later wins.
Every setting has a default, so that no file is needed.
Lists and objects are given as JSON in variables, lists of words also with commas between.
A mistake stops the start and all mistakes are named at once; an unknown variable is a warning.

| key | variable | type | default | meaning |
| --- | --- | --- | --- | --- |
`;

/** Markdown of `docs/configuration.md`: every setting, straight from the schema. */
export function configurationPage(): string {
  const schema = z.toJSONSchema(Config, { io: "input" }) as JsonSchema;
  const rows = [...configLeaves()].map(([variable, { path }]) =>
    settingRow(path.join("."), variable, schemaAt(schema, path)),
  );
  const entries = [
    listSection("auth.apiKeys", schemaAt(schema, ["auth", "apiKeys"])),
    listSection("auth.oidc", schemaAt(schema, ["auth", "oidc"])),
    listSection("auth.clientCertificates", schemaAt(schema, ["auth", "clientCertificates"])),
    listSection("webhooks.github", schemaAt(schema, ["webhooks", "github"])),
    listSection("analyzer.outsideDetectors", schemaAt(schema, ["analyzer", "outsideDetectors"])),
    listSection("feedback.repositories", schemaAt(schema, ["feedback", "repositories"])),
  ];
  return `${intro}${rows.join("\n")}\n\n${entries.join("\n\n")}\n`;
}

function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema {
  return path.reduce((at, key) => at.properties?.[key] ?? {}, schema);
}

function settingRow(key: string, variable: string, schema: JsonSchema): string {
  return tableRow([`\`${key}\``, `\`${variable}\``, ...aboutValue(schema)]);
}

/** The fields of a list's entries. */
function listSection(key: string, schema: JsonSchema): string {
  const fields = Object.entries(schema.items?.properties ?? {}).flatMap(([name, field]) =>
    leavesOf(name, field),
  );
  const rows = fields.map(([name, field]) => tableRow([`\`${name}\``, ...aboutValue(field)]));
  const head = ["| field | type | default | meaning |", "| --- | --- | --- | --- |"];
  return [`## Entries of \`${key}\``, "", ...head, ...rows].join("\n");
}

function leavesOf(name: string, schema: JsonSchema): [string, JsonSchema][] {
  return schema.properties === undefined
    ? [[name, schema]]
    : Object.entries(schema.properties).flatMap(([key, child]) =>
        leavesOf(`${name}.${key}`, child),
      );
}

function aboutValue(schema: JsonSchema): string[] {
  const fallback =
    schema.default === undefined ? "required" : `\`${JSON.stringify(schema.default)}\``;
  return [typeOf(schema), fallback, schema.description ?? ""];
}

function typeOf({ type, enum: values, items }: JsonSchema): string {
  if (values !== undefined) {
    return values.map((value) => `\`${String(value)}\``).join(", ");
  }
  return type === "array" ? `list of ${items?.type ?? "text"}` : (type ?? "text");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
