import * as fc from "fast-check";
import { parse } from "yaml";
import type { Finding } from "../../../../core/model/finding.ts";
import { addThreat } from "../../../../feedback/surfaces/threat-model/add-threat.ts";
import { OpenThreatModel } from "../../../../feedback/surfaces/threat-model/open-threat-model-schema.ts";
import { threatEntry } from "../../../../feedback/surfaces/threat-model/threat-entry.ts";
import { removedLines } from "../../../../feedback/text/unified-diff.ts";
import { findingOf } from "../../finding-of.ts";

const entry = threatEntry(findingOf({ agent: "support-agent" }));

function edited(before: string | null, given = entry): string {
  const result = addThreat(before, given);
  return result.status === "edited" ? result.text : `(${result.status})`;
}

const full = `# Threat model of the shop
otmVersion: "0.2.0"
project:
    name: Shop assistant   # the product
    id: shop
components:
    # Everything that thinks
    - id: support-agent
      name: Support agent
      parent: { trustZone: tz }
      threats:
        - threat: t-old
          state: mitigated
    - id: store
      name: Store
threats:
    - id: t-old
      name: Old one
      risk: {likelihood: 10, impact: 10}
      description: |
        Two lines
        of text.

# mitigations follow
mitigations:
    - id: m-old
      name: Old
      riskReduction: 10
`;

describe("addThreat", () => {
  it("writes a minimal valid model where there is none", () => {
    const model = OpenThreatModel.parse(parse(edited(null)));
    expect(model.project).toEqual({ name: "shop-assistant", id: "shop-assistant" });
    expect(model.threats?.map(({ id }) => id)).toEqual([entry.threat.id]);
  });

  it("adds threat, mitigation and reference, and removes no line", () => {
    const after = edited(full);
    expect(removedLines({ path: "", before: full, after })).toEqual([]);
    const model = OpenThreatModel.parse(parse(after));
    expect(model.threats?.at(-1)).toEqual(entry.threat);
    expect(model.mitigations?.at(-1)).toEqual(entry.mitigation);
    expect(model.components?.[0]?.threats?.at(-1)).toEqual(entry.instance);
    expect(model.components?.[1]).toEqual({ id: "store", name: "Store" });
  });

  it.each([
    ["CRLF", full.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${full}`],
    ["no final newline", full.trimEnd()],
    ["a component without threats", full.replace(/ {6}threats:\n(?: {8}.*\n| {10}.*\n)+/, "")],
    [
      "no threats at all",
      full.replace(/^threats:\n(?: {4}.*\n|\n)+/m, "").replace(/ {6}threats:\n(?: {8}.*\n)+/, ""),
    ],
    ["empty lists", full.replace(/^mitigations:\n(?: {4}.*\n)+/m, "mitigations: [] # none yet\n")],
    ["a null list", full.replace(/^mitigations:\n(?: {4}.*\n)+/m, "mitigations:\n")],
    ["a written null", full.replace(/^mitigations:\n(?: {4}.*\n)+/m, "mitigations: null\n")],
    ["only the required keys", `otmVersion: 0.2.0\nproject: {name: a, id: b}\n`],
    ["a document start and end", `---\n${full}...\n`],
  ])("handles %s", (_name, before) => {
    const after = edited(before);
    const model = OpenThreatModel.parse(parse(after.replace("\uFEFF", "")));
    expect(model.threats?.at(-1)?.id).toBe(entry.threat.id);
    expect(model.mitigations?.at(-1)?.id).toBe(entry.mitigation.id);
    expect(after.includes("\r\n")).toBe(before.includes("\r\n"));
    expect(/[^\r]\n/.test(after)).toBe(/[^\r]\n/.test(before));
    expect(after.startsWith("\uFEFF")).toBe(before.startsWith("\uFEFF"));
    expect(after.endsWith("\n")).toBe(before.endsWith("\n"));
  });

  it("adds no reference when two components could be meant", () => {
    const before = full.replace("id: store", "id: Support_Agent");
    const model = OpenThreatModel.parse(parse(edited(before)));
    expect(model.components?.map(({ threats }) => threats?.length ?? 0)).toEqual([1, 0]);
  });

  it("knows a threat that is in place", () => {
    expect(edited(edited(full))).toBe("(in_place)");
  });

  it.each([
    ["text that does not parse", "otmVersion: 'x"],
    ["another kind of YAML", "a: 1\n"],
    [
      "a flow list with items",
      full.replace(
        /^mitigations:\n(?: {4}.*\n)+/m,
        "mitigations: [{id: m, name: n, riskReduction: 1}]\n",
      ),
    ],
    ["a flow document", `{otmVersion: "1", project: {name: a, id: b}}\n`],
    ["tabs", full.replace("    - id: m-old", "\t- id: m-old")],
    ["two documents", `${full}---\n${full}`],
    ["an anchored list", full.replace("\nmitigations:", "\nmitigations: &m")],
    [
      "an aliased list",
      full.replace(/^mitigations:\n(?: {4}.*\n)+/m, "extra: &e []\nmitigations: *e\n"),
    ],
    [
      "an alias bomb",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n${full}`,
    ],
    ["a shared component list", full.replace("      threats:\n", "      threats: &t\n")],
  ])("never edits %s", (_name, before) => {
    expect(edited(before)).toBe("(refused)");
  });

  it("keeps every value from telemetry a plain string", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(": {", "&a", "!!js", "- ", "# x", "a\nb: c", "../../x", "*a", "' \""),
    );
    const text = fc.record({ agent: hostile, service: hostile, id: hostile });
    fc.assert(
      fc.property(text, (given) => {
        const finding: Finding = findingOf(given);
        const built = threatEntry(finding);
        const model = OpenThreatModel.parse(parse(edited(null, built)));
        expect(model.threats).toEqual([built.threat]);
        expect(model.project.name).toMatch(/^[A-Za-z0-9_.-]+$/);
        expect(edited(full, built)).not.toMatch(/^\((?:refused|in_place)\)$/);
      }),
      { numRuns: 50 },
    );
  });
});
