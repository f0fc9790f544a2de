import * as fc from "fast-check";
import { createRedactor, type Sighting } from "../../../analyzer/redact/redactor.ts";
import { secretRules } from "../../../analyzer/redact/rules/secret-rules.ts";
import type { AttributeValue } from "../../../core/model/telemetry.ts";

const token = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";
const redactor = createRedactor("test key");
const mask = (text: string) => redactor.text(text, "text", []);

describe("createRedactor", () => {
  it("replaces the secret only and keeps the words around it", () => {
    expect(mask(`use ${token}, please`)).toMatch(/^use ghp_\*{4}uA0B~[0-9a-f]{6}, please$/);
  });

  it("gives one secret one mask, two secrets two, and another key another", () => {
    const other = token.replace("k7Q", "k8Q");
    expect(mask(token)).toBe(mask(token));
    expect(mask(token)).not.toBe(mask(other));
    expect(createRedactor("other key").text(token, "text", [])).not.toBe(mask(token));
  });

  it("masks short secrets whole", () => {
    expect(mask("postgres://shop:k7Qd2mX@db.internal/shop")).toBe(
      "postgres://shop:****@db.internal/shop",
    );
  });

  it("leaves masked text alone", () => {
    for (const { sample } of secretRules) {
      const once = mask(sample);
      expect(mask(once)).toBe(once);
    }
  });

  it("shows at most four characters of what is secret in any sample", () => {
    for (const { id, sample, shownPrefix } of secretRules) {
      const sightings: Sighting[] = [];
      redactor.text(sample, "text", sightings);
      const own = sightings.find(({ rule }) => rule.id === id);
      const [shown = "", rest = ""] = (own?.masked ?? "").split("****");
      expect(shown.length).toBeLessThanOrEqual(shownPrefix);
      expect(rest.split("~")[0]?.length).toBeLessThanOrEqual(4);
    }
  });

  it("reaches every depth, list, key and byte array of a value", () => {
    const value: AttributeValue = new Map<string, AttributeValue>([
      ["list", ["plain", [`a ${token}`]]],
      ["map", new Map([["deep", new Map([["er", token]])]])],
      [`key ${token}`, 1],
      ["bytes", new TextEncoder().encode(`bytes ${token}`)],
    ]);
    const masked = redactor.value(value, "attribute", []);
    expect(flatten(masked)).not.toContain(token.slice(8));
    expect(flatten(masked)).toContain("ghp_****");
  });

  it("takes the name of an attribute as context", () => {
    const attributes = new Map<string, AttributeValue>([
      ["http.request.header.authorization", ["Basic c2hvcDprN1FkMm1YdzlS"]],
      ["db.password", "k7Qd!2mXw9R"],
      ["gen_ai.usage.input_tokens", 412],
      ["note", "k7Qd!2mXw9R"],
    ]);
    const masked = redactor.map(attributes, []);
    expect(masked.get("db.password")).toBe("****");
    expect(flatten(masked.get("http.request.header.authorization") ?? null)).not.toContain(
      "c2hvcDprN1FkMm1YdzlS",
    );
    expect(masked.get("note")).toBe("k7Qd!2mXw9R");
  });

  it("finds a token behind JSON and URL escapes", () => {
    expect(mask(JSON.stringify({ text: `first line\n${token}` }))).not.toContain(token.slice(8));
    expect(mask(`q=a%20${token}`)).not.toContain(token.slice(8));
  });

  it("returns the very same objects where nothing is secret", () => {
    const attributes = new Map<string, AttributeValue>([["a", ["b", new Map([["c", "d"]])]]]);
    expect(redactor.map(attributes, [])).toBe(attributes);
  });

  it("removes a secret from whatever text surrounds it, and says where it stood", () => {
    const around = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => `${text} `);
    fc.assert(
      fc.property(around, around, (before, after) => {
        const sightings: Sighting[] = [];
        const original = `${before}${token} ${after}`;
        const masked = redactor.text(original, "text", sightings);
        expect(masked).not.toContain(token);
        expect(masked.endsWith(` ${after}`) || sightings.length > 1).toBe(true);
        expect(sightings.some(({ start, end }) => original.slice(start, end) === token)).toBe(true);
      }),
    );
  });
});

/** Everything a value holds, as one text. */
function flatten(value: AttributeValue): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map) {
      return [...item];
    }
    return item instanceof Uint8Array ? Buffer.from(item).toString("latin1") : item;
  });
}
