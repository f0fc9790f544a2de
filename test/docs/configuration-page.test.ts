import { readFileSync } from "node:fs";
import { configLeaves } from "../../core/config/load-config.ts";
import { configurationPage } from "../../docs/configuration-page.ts";

const page = configurationPage();

it("is committed as it follows from the configuration (node docs/generate.ts)", () => {
  const committed = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  expect(committed).toBe(page);
});

it("names every key with its variable once", () => {
  for (const [variable, { path }] of configLeaves()) {
    expect(page.split(`| \`${path.join(".")}\` | \`${variable}\` |`)).toHaveLength(2);
  }
});

it("tells defaults, types and meanings", () => {
  expect(page).toContain("| `otlp.httpPort` | `TELLTALE_OTLP_HTTP_PORT` | integer | `4318` |");
  expect(page).toContain("## Entries of `auth.apiKeys`");
  expect(page).toMatch(/\| `sha256` \| string \| required \| SHA-256 of the key/);
});
