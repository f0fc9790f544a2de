import * as fc from "fast-check";
import { RejectedChange } from "../../../collector/changes/rejected-change.ts";
import { billTime, looksLikeBill, readBill } from "../../../collector/supply/read-bill.ts";
import { cycloneDx, spdx2, spdx3 } from "./documents.ts";

/** `read` or `refused`; anything else that is thrown is a defect. */
function outcome(document: Record<string, unknown>): string {
  try {
    return readBill(document).components.length < 20 ? "read" : "too much";
  } catch (error) {
    return error instanceof RejectedChange ? "refused" : String(error);
  }
}

describe("readBill", () => {
  it("reads CycloneDX: nested components, publishers without mail, install scripts", () => {
    expect(readBill(cycloneDx)).toEqual({
      format: "cyclonedx",
      specVersion: "1.6",
      components: [
        {
          purl: "pkg:generic/nested",
          version: "1.0.0",
          license: "",
          maintainer: "",
          installScript: false,
          direct: false,
        },
        {
          purl: "pkg:npm/%40img/sharp",
          version: "0.33.0",
          license: "",
          maintainer: "Ada, Zoe",
          installScript: true,
          direct: true,
        },
        {
          purl: "pkg:npm/lodash",
          version: "4.17.21",
          license: "MIT",
          maintainer: "John-David Dalton",
          installScript: false,
          direct: false,
        },
      ],
    });
  });

  it.each([
    ["hasInstallScript", "true", true],
    ["acme:postinstall", "node setup.js", true],
    ["acme:install-scripts", "1", true],
    ["cdx:npm:package:hasInstallScript", "false", false],
    ["cdx:npm:package:path", "node_modules/install", false],
    ["acme:uninstalled", "true", false],
  ])("takes the property %s = %s as an install script: %s", (name, value, expected) => {
    const component = { name: "x", version: "1", properties: [{ name, value }] };
    const { components } = readBill({ ...cycloneDx, components: [component] });
    expect(components.map(({ installScript }) => installScript)).toEqual([expected]);
  });

  it("reads SPDX 2.3 without the described product", () => {
    expect(readBill(spdx2)).toEqual({
      format: "spdx",
      specVersion: "2.3",
      components: [
        {
          purl: "pkg:generic/zlib",
          version: "1.3.1",
          license: "",
          maintainer: "",
          installScript: false,
          direct: false,
        },
        {
          purl: "pkg:pypi/requests",
          version: "2.32.3",
          license: "Apache-2.0",
          maintainer: "Kenneth Reitz",
          installScript: false,
          direct: true,
        },
      ],
    });
  });

  it("reads SPDX 3.0", () => {
    expect(readBill(spdx3)).toEqual({
      format: "spdx",
      specVersion: "3.0.1",
      components: [
        {
          purl: "pkg:pypi/requests",
          version: "2.32.3",
          license: "Apache-2.0",
          maintainer: "ACME",
          installScript: false,
          direct: true,
        },
      ],
    });
  });

  it("knows when a document was made", () => {
    for (const document of [cycloneDx, spdx2, spdx3]) {
      expect(billTime(document)).toBe("2026-11-20T09:00:00Z");
    }
  });

  it("lists a package once, direct if one of its entries is", () => {
    const entry = { name: "a", version: "1", purl: "pkg:npm/a@1" };
    const components = [
      { ...entry, "bom-ref": "sharp" },
      { ...entry, publisher: "Ada" },
    ];
    expect(readBill({ ...cycloneDx, components }).components).toMatchObject([
      { purl: "pkg:npm/a", version: "1", maintainer: "Ada", direct: true },
    ]);
  });

  it("refuses too many components, and versions without end, in words", () => {
    const many = Array.from({ length: 50_001 }, (_, n) => ({ name: `p${n}`, version: "1" }));
    expect(() => readBill({ ...cycloneDx, components: many })).toThrow(/at most 50000/);
    const long = [{ name: "p", version: "1".repeat(1000) }];
    expect(() => readBill({ ...cycloneDx, components: long })).toThrow(/version of a component/);
    expect(() => readBill({ bomFormat: "CycloneDX", specVersion: "2.0" })).toThrow(/1\.x/);
    expect(() => readBill({ spdxVersion: "SPDX-3.9" })).toThrow(/SPDX-2\.x/);
    expect(() => readBill({ hello: 1 })).toThrow(/CycloneDX 1\.x, SPDX/);
  });

  it("reads hostile texts in linear time", () => {
    const long = `@${"x".repeat(500_000)}`;
    const component = { name: "a", version: "1", publisher: long, author: long };
    expect(readBill({ ...cycloneDx, components: [component] }).components).toHaveLength(1);
    const relationship = { type: `${"_".repeat(500_000)}x`, relationshipType: "_".repeat(500_000) };
    const graph = [...spdx3["@graph"], relationship];
    expect(readBill({ ...spdx3, "@graph": graph }).components).toHaveLength(1);
  });

  it("survives any JSON in the place of what it expects", () => {
    const seeds = [cycloneDx, spdx2, spdx3].map((document) => JSON.stringify(document));
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(), fc.jsonValue(), (text, at, junk) => {
        let index = 0;
        const parts = text.split(/(?<=[[{:,])(?=["[{])/);
        const mutated: unknown = JSON.parse(text, (_key, value: unknown) =>
          index++ === at % (parts.length * 2) ? junk : value,
        );
        const document = mutated as Record<string, unknown>;
        expect(outcome(document)).toMatch(/^(?:read|refused)$/);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("tells bills from other changes", () => {
    expect([cycloneDx, spdx2, spdx3].map(looksLikeBill)).toEqual([true, true, true]);
    expect(looksLikeBill({ kind: "deployment" })).toBe(false);
  });
});
