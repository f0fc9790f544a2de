import * as fc from "fast-check";
import { createPersonalDataFinder } from "../../../../analyzer/redact/personal/find-personal-data.ts";
import { personalRules } from "../../../../analyzer/redact/personal/personal-rules.ts";
import { createRedactor, type Sighting } from "../../../../analyzer/redact/redactor.ts";
import { lintRegex } from "../../../../analyzer/scan/lint-regex.ts";

const find = createPersonalDataFinder(personalRules, { cells: true });
const entities = (text: string) => find(text).map(({ entity }) => entity);

describe("personal rules", () => {
  it.each(personalRules.map((rule) => [rule.id, rule.sample] as const))(
    "%s finds %s",
    (id, sample) => {
      expect(entities(sample)).toContain(id);
    },
  );

  it("have patterns that are fit for hostile text, and lower-case words", () => {
    expect(personalRules.map(({ pattern }) => pattern).flatMap(lintRegex)).toEqual([]);
    const words = personalRules.flatMap(({ context }) => context);
    expect(words.filter((word) => word !== word.toLowerCase())).toEqual([]);
  });

  it.each([
    ["4556 7375 8689 9856", "a card number whose check digit is wrong"],
    ["GB33BUKB20201555555556", "an IBAN whose check digits are wrong"],
    ["DE00 1234", "an IBAN that is too short"],
    ["the order 123456789 was shipped", "a number that nothing names"],
    ["testing 130692544", "a word that only begins like one that names it"],
    ["trace 4bf92f3577b34da6a3ce929d0e0e4736", "a trace id"],
    ["2026-11-20T10:20:30.123456789Z took 1732097000000 ns", "times"],
    ["version 10.20.300.4000 of 192.168.1.1 at 10.0.0.1", "versions and private networks"],
    ["git@github.example:shop/web.git and a@example.com", "addresses of nobody"],
    ["000-12-3456", "a social security number that is never given out"],
  ])("pass %s (%s)", (text) => {
    expect(entities(text)).toEqual([]);
  });

  it("takes a number for what a word nearby says, in text or in JSON", () => {
    expect(
      entities("Mi pasaporte es AAA123456, gracias por la ayuda de ayer y de hoy a todos."),
    ).toEqual(["es-passport"]);
    expect(
      entities('{"customer":{"name":"x","ssn":"536228726","note":"called on monday"}}'),
    ).toEqual(["us-ssn"]);
    expect(
      entities("call me at 030 901820 tomorrow, or write to the usual place in the evening"),
    ).toEqual(["phone-number"]);
  });

  it("gives disjoint ranges in order within any text", () => {
    const piece = fc.constantFrom(
      ...personalRules.map(({ sample }) => sample),
      " ",
      "\n",
      "-",
      "7",
      "@",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 12 })), { maxLength: 12 }),
        (parts) => {
          const text = parts.join("");
          let last = 0;
          for (const { start, end } of find(text)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});

describe("masking of personal data", () => {
  const redactor = createRedactor("key");
  const mask = (text: string) => redactor.text(text, "text", []);

  it("replaces what is for life or money, the same number by the same mask", () => {
    const spaced = mask("Her card 4556 7375 8689 9855 is valid");
    const plain = mask("Her card 4556737586899855 is valid");
    expect(spaced).toMatch(/^Her card \[credit-card~[0-9a-f]{6}\] is valid$/);
    expect(plain).toBe(spaced);
    expect(
      createRedactor("other").text("Her card 4556 7375 8689 9855 is valid", "text", []),
    ).not.toBe(spaced);
  });

  it("leaves addresses and bare numbers, which telemetry is joined by", () => {
    expect(mask("anna.berg@shop.example")).toBe("anna.berg@shop.example");
    expect(mask("876543210")).toBe("876543210");
  });

  it("notes what it masked apart from secrets, and masks nothing twice", () => {
    const sightings: Sighting[] = [];
    const masked = redactor.text("Refund to GB33 BUKB 2020 1555 5555 55 today", "text", sightings);
    expect(sightings.map(({ rule }) => [rule.id, rule.personal])).toEqual([["iban-code", true]]);
    expect(mask(masked)).toBe(masked);
  });
});
