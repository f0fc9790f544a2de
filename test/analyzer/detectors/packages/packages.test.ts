import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPackageIndex } from "../../../../analyzer/detectors/packages/package-index.ts";
import { parsePackageList } from "../../../../analyzer/detectors/packages/parse-package-list.ts";
import { readInstalls } from "../../../../analyzer/detectors/packages/read-installs.ts";
import { createScanner } from "../../../../analyzer/inspect/scan-row.ts";
import { Config } from "../../../../core/config/config.ts";

describe("parsePackageList", () => {
  it.each([
    ["lines", "npm", "# a mirror\nexpress\n@swc/core\n", ["express", "@swc/core"]],
    ["requirements", "pypi", "Flask==2.0\nscikit_learn>=1\n", ["flask", "scikit-learn"]],
    ["a JSON list", "npm", '["a", {"name": "b"}]', ["a", "b"]],
    [
      "package-lock.json",
      "npm",
      '{"packages":{"":{},"node_modules/a/node_modules/@b/c":{}}}',
      ["@b/c"],
    ],
    ["Cargo.lock", "cargo", '[[package]]\nname = "serde"\nversion = "1.0.0"\n', ["serde"]],
  ])("reads %s", (_form, ecosystem, text, names) => {
    expect([...parsePackageList(text, ecosystem)].filter((name) => name !== "")).toEqual(names);
  });
});

describe("readInstalls", () => {
  it.each([
    ["npm i -D express@4 @swc/core && npm test", ["npm express", "npm @swc/core"]],
    ["pip install -r requirements.txt 'Flask[async]>=2' numpy", ["pypi Flask", "pypi numpy"]],
    ["uv add httpx; cargo add serde", ["pypi httpx", "cargo serde"]],
    ["npm install to get started", []],
    ["yarn install --frozen-lockfile", []],
    ["pip install . && pip install git+https://a.example/b.git", []],
  ])("reads %s", (text, expected) => {
    const installs = readInstalls(text);
    expect(installs.map(({ ecosystem, name }) => `${ecosystem} ${name}`)).toEqual(expected);
    for (const { name, start, end } of installs) {
      expect(text.slice(start, end)).toContain(name);
    }
  });
});

describe("a list of packages", () => {
  const folder = mkdtempSync(join(tmpdir(), "telltale-packages-"));
  const file = join(folder, "npm.txt");
  writeFileSync(file, "express\n@swc/core\n");
  afterAll(() => rmSync(folder, { recursive: true }));

  it("tells names that are not on it, and says nothing of other registries", () => {
    const index = readPackageIndex({ npm: file });
    expect(index.status("npm", "express")).toBe("listed");
    expect(index.status("npm", "expres-jwt-auth")).toBe("absent");
    expect(index.status("pypi", "flask")).toBe("unknown");
  });

  it("turns unknown names into findings of the scan verb", () => {
    const scanner = createScanner(
      Config.parse({ analyzer: { packageLists: { npm: file } } }).analyzer,
    );
    const scan = (row: object) => scanner.scanLine(JSON.stringify({ id: 1, ...row }));
    const row = { direction: "package", ecosystem: "npm" };
    expect(scan({ ...row, text: "@swc/core" })).toMatchObject({ finding: false });
    expect(scan({ ...row, text: "swc-core-helper" })).toMatchObject({
      finding: true,
      detections: [{ type: "hallucinated_package", entity: "package-not-listed" }],
    });
    expect(scan({ direction: "output", text: "Run npm install swc-core-helper" })).toMatchObject({
      finding: true,
    });
  });

  it("refuses to start without a list that is configured", () => {
    expect(() => readPackageIndex({ npm: join(folder, "absent.txt") })).toThrow("ENOENT");
  });
});
