import { dependencyChanges } from "../../../analyzer/supply/dependency-changes.ts";
import { diffBills } from "../../../analyzer/supply/diff-bills.ts";
import type { BillComponent } from "../../../core/model/bill.ts";
import { makeChange } from "../../helpers/change.ts";

function component(name: string, version: string, parts: Partial<BillComponent> = {}) {
  return {
    purl: `pkg:npm/${name}`,
    version,
    license: "",
    maintainer: "",
    installScript: false,
    direct: null,
    ...parts,
  };
}

describe("diffBills", () => {
  it("tells added, removed, upgraded and downgraded packages", () => {
    const before = [component("a", "1.0.0"), component("b", "2.0.0"), component("c", "3.0.0")];
    const after = [component("b", "2.10.0"), component("c", "2.9.0"), component("d", "1.0.0")];
    const diffs = diffBills(before, after);
    expect(diffs.map(({ purl, type, from, to }) => [purl, type, from, to])).toEqual([
      ["pkg:npm/a", "removed", "1.0.0", ""],
      ["pkg:npm/b", "upgraded", "2.0.0", "2.10.0"],
      ["pkg:npm/c", "downgraded", "3.0.0", "2.9.0"],
      ["pkg:npm/d", "added", "", "1.0.0"],
    ]);
    expect(diffBills(after, after)).toEqual([]);
  });

  it("sets the greatest version that came against the greatest that went", () => {
    const before = [component("a", "1.0.0"), component("a", "2.0.0")];
    const after = [component("a", "2.0.0"), component("a", "2.1.0"), component("a", "1.5.0")];
    expect(diffBills(before, after)).toMatchObject([
      { type: "upgraded", from: "1.0.0", to: "2.1.0" },
    ]);
    expect(diffBills(before, [component("a", "2.0.0")])).toMatchObject([
      { type: "removed", from: "1.0.0", to: "" },
    ]);
    expect(diffBills([component("a", "1.0.0")], before)).toMatchObject([
      { type: "added", from: "", to: "2.0.0" },
    ]);
  });

  it("reports new maintainers, install scripts and licenses where both bills speak", () => {
    const before = [
      component("a", "1", { maintainer: "Ada", license: "MIT", direct: true }),
      component("b", "1"),
      component("same", "1", { maintainer: "Ada" }),
    ];
    const after = [
      component("a", "2", { maintainer: "Eve", license: "BUSL-1.1", direct: true }),
      component("b", "2", { maintainer: "Bob", installScript: true }),
      component("same", "1", { maintainer: "Someone else" }),
    ];
    expect(diffBills(before, after)).toMatchObject([
      {
        purl: "pkg:npm/a",
        newMaintainer: "Eve",
        installScript: false,
        licenseChange: { from: "MIT", to: "BUSL-1.1" },
        direct: true,
      },
      { purl: "pkg:npm/b", newMaintainer: "", installScript: true, licenseChange: null },
    ]);
  });
});

describe("dependencyChanges", () => {
  const carrier = makeChange({ changeId: "dep-1", service: "shop", revision: "a".repeat(40) });

  it("names packages by their package URL and gives the same ids again", () => {
    const diffs = diffBills([component("a", "1")], [component("a", "2", { direct: true })]);
    const [change] = dependencyChanges(carrier, diffs);
    expect(change).toMatchObject({
      kind: "dependency",
      service: "shop",
      name: "pkg:npm/a",
      version: "2",
      revision: "",
      details: { type: "upgraded", from: "1", to: "2", direct: true, deployment: "dep-1" },
    });
    expect(dependencyChanges(carrier, diffs)[0]?.changeId).toBe(change?.changeId);
    const other = makeChange({ changeId: "dep-2", service: "shop" });
    expect(dependencyChanges(other, diffs)[0]?.changeId).not.toBe(change?.changeId);
  });

  it("counts what is beyond a hundred packages in one more change, the telling ones first", () => {
    const after = Array.from({ length: 130 }, (_, n) =>
      component(`p${String(n).padStart(3, "0")}`, "1", { direct: n === 129 }),
    );
    const changes = dependencyChanges(carrier, diffBills([], after));
    expect(changes).toHaveLength(101);
    expect(changes[0]?.name).toBe("pkg:npm/p129");
    expect(changes.at(-1)?.details).toMatchObject({ type: "other", packages: 30, added: 30 });
    expect(new Set(changes.map(({ changeId }) => changeId)).size).toBe(101);
  });
});
