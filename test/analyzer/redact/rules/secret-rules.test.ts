import { createSecretFinder } from "../../../../analyzer/redact/find-secrets.ts";
import { secretRules } from "../../../../analyzer/redact/rules/secret-rules.ts";

const find = createSecretFinder(secretRules);

describe("secret rules", () => {
  it("have unique ids and lower-case keywords", () => {
    const ids = secretRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(150);
    const keywords = secretRules.flatMap((rule) => rule.keywords);
    expect(keywords.filter((keyword) => keyword !== keyword.toLowerCase())).toEqual([]);
  });

  it.each(secretRules.map((rule) => [rule.id, rule] as const))(
    "%s finds its sample",
    (id, rule) => {
      expect(find(rule.sample).map((found) => found.rule.id)).toContain(id);
    },
  );

  it.each([
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "AKIAIOSFODNN7EXAMPLE",
    "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    'password: "${DB_PASSWORD}"',
    "const token = await getToken(request.headers.authorization)",
    "max_tokens: 4096, tokenizer: cl100k_base",
    "next_page_token=CAUQAAoICAEQARgBIAAqBTEyMzQ1",
    "https://user@example.com/path and http://example.com:8080/@scope/package",
    "SetSysctl = v0bvslkeiduxlrlrf2faodjm",
  ])("find no secret in %s", (text) => {
    expect(find(text)).toEqual([]);
  });
});
