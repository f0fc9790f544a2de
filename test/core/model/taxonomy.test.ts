import { findingTypes } from "../../../core/model/finding.ts";
import { taxonomies } from "../../../core/model/taxonomy.ts";

describe("taxonomies", () => {
  it("has an entry for every finding type and for nothing else", () => {
    expect(Object.keys(taxonomies).toSorted()).toEqual([...findingTypes].toSorted());
  });

  it.each(findingTypes)("%s uses well-formed ids only, each once", (type) => {
    const { owaspLlm, owaspAgentic, atlas, cwe } = taxonomies[type];
    expect(owaspLlm.every((id) => /^owasp-llm:(2025|2026):LLM(0[1-9]|10)$/.test(id))).toBe(true);
    expect(owaspAgentic.every((id) => /^ASI(0[1-9]|10)$/.test(id))).toBe(true);
    expect(atlas.every((id) => /^AML\.T\d{4}(\.\d{3})?$/.test(id))).toBe(true);
    expect(cwe.every((id) => /^CWE-\d+$/.test(id))).toBe(true);
    const all = [...owaspLlm, ...owaspAgentic, ...atlas, ...cwe];
    expect(new Set(all).size).toBe(all.length);
  });

  it("gives each OWASP LLM id in both editions, under the numbers of each", () => {
    expect(taxonomies["prompt_injection.direct"].owaspLlm).toEqual([
      "owasp-llm:2026:LLM01",
      "owasp-llm:2025:LLM01",
    ]);
    expect(taxonomies.system_prompt_leak.owaspLlm).toEqual([
      "owasp-llm:2026:LLM08",
      "owasp-llm:2025:LLM07",
    ]);
  });
});
