import { storeChanges } from "../../../analyzer/ingest/store-changes.ts";
import { readNativeChange } from "../../../collector/changes/native-change.ts";
import { readSupplyDocument } from "../../../collector/supply/supply-document.ts";
import { listChanges, readChange } from "../../../core/changes/read-changes.ts";
import { readDatasetProfiles } from "../../../core/changes/read-dataset-profiles.ts";
import type { Change } from "../../../core/model/change.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { commitId, imageDigest, provenanceV1 } from "../../collector/supply/documents.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
let revision = 0;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

function arrive(changes: readonly Change[], id = `batch-${revision + 1}`) {
  revision += 1;
  return storeChanges(store, { id, receivedAtUnixMs: 1_795_000_000_000, revision }, changes);
}

function bill(packages: Record<string, string>): object {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    components: Object.entries(packages).map(([name, version]) => ({
      name,
      version,
      purl: `pkg:npm/${name}@${version}`,
    })),
  };
}

function deploy(id: string, hour: number, parts: Record<string, unknown> = {}): Change {
  const time = `2026-11-20T${String(hour).padStart(2, "0")}:00:00Z`;
  const fields = { kind: "deployment", id, time, service: "shop", environment: "production" };
  return readNativeChange({ ...fields, ...parts }, "default");
}

function dependencies(changes: readonly Change[]): unknown[] {
  return changes
    .filter(({ kind }) => kind === "dependency")
    .map(({ name, details }) => [name, details["type"], details["from"], details["to"]]);
}

describe("bills of materials", () => {
  it("makes dependency changes of what differs from the bill before, in event time", async () => {
    const service = "bills";
    const first = await arrive([deploy("b1", 1, { service, sbom: bill({ a: "1.0", b: "1.0" }) })]);
    expect(dependencies(first.changed)).toEqual([]);
    const second = await arrive([
      deploy("b3", 3, { service, sbom: bill({ a: "1.1", c: "1.0" }) }),
      deploy("b4", 4, { service, sbom: bill({ a: "1.1", c: "0.9" }) }),
    ]);
    expect(dependencies(second.changed)).toEqual([
      ["pkg:npm/a", "upgraded", "1.0", "1.1"],
      ["pkg:npm/b", "removed", "1.0", ""],
      ["pkg:npm/c", "added", "", "1.0"],
      ["pkg:npm/c", "downgraded", "1.0", "0.9"],
    ]);
    const late = await arrive([deploy("b2", 2, { service, sbom: bill({ a: "1.0", b: "1.0" }) })]);
    expect(dependencies(late.changed)).toEqual([]);
    const elsewhere = deploy("b5", 5, { service, environment: "staging", sbom: bill({ z: "1" }) });
    expect(dependencies((await arrive([elsewhere])).changed)).toEqual([]);
  });

  it("keeps a summary in the change and the components in their table", async () => {
    const service = "summary";
    await arrive([deploy("s1", 1, { service, sbom: bill({ a: "1.0", b: "1.0" }) })]);
    expect((await readChange(store.reads, "default", "s1"))?.details).toEqual({
      bill: {
        format: "cyclonedx",
        specVersion: "1.5",
        components: 2,
        digest: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    });
    const rows = await store.reads.query(
      "SELECT Purl FROM bills FINAL ARRAY JOIN Components.Purl AS Purl WHERE Service = {service:String}",
      { service },
    );
    expect(rows).toEqual([{ Purl: "pkg:npm/a" }, { Purl: "pkg:npm/b" }]);
  });

  it("gives the same changes when a batch is stored again, and none when nothing is new", async () => {
    const service = "again";
    await arrive([deploy("r1", 1, { service, sbom: bill({ a: "1" }) })]);
    const next = deploy("r2", 2, { service, sbom: bill({ a: "2" }) });
    const first = await arrive([next], "same");
    revision -= 1;
    expect(await arrive([next], "same")).toEqual(first);
    expect(await arrive([next])).toEqual({ changed: [], duplicates: ["default"] });
    const filter = { kind: "dependency", service } as const;
    const page = { limit: 10, after: null };
    expect((await listChanges(store.reads, "default", filter, page)).items).toHaveLength(1);
  });

  it("does not compare with what failed or was rolled back", async () => {
    const service = "failing";
    await arrive([deploy("f1", 1, { service, sbom: bill({ a: "1" }) })]);
    await arrive([deploy("f2", 2, { service, status: "started", sbom: bill({ a: "2" }) })]);
    await arrive([deploy("f2", 2, { service, status: "rolled_back" })]);
    await arrive([deploy("f3", 3, { service, status: "failed", sbom: bill({ a: "3" }) })]);
    const { changed } = await arrive([deploy("f4", 4, { service, sbom: bill({ a: "4" }) })]);
    expect(dependencies(changed)).toEqual([["pkg:npm/a", "upgraded", "1", "4"]]);
  });

  it("takes a bill that came on its own for the deployment it names", async () => {
    const service = "alone";
    await arrive([
      deploy("a1", 1, { service, sbom: bill({ a: "1" }) }),
      deploy("a2", 2, { service }),
    ]);
    const posted = readSupplyDocument(bill({ a: "2" }) as Record<string, unknown>, {
      tenant: "default",
      query: { deployment: "a2" },
      nowUnixMs: Date.parse("2026-11-20T09:00:00Z"),
    });
    const again = { ...posted, details: { ...posted.details, deployment: "a3" } };
    const together = await arrive([deploy("a3", 3, { service }), { ...again, changeId: "bill-3" }]);
    expect(dependencies(together.changed)).toEqual([["pkg:npm/a", "upgraded", "1", "2"]]);
    const { changed } = await arrive([posted]);
    expect(changed.find(({ kind }) => kind === "dependency")).toMatchObject({
      service,
      timeUnixMs: Date.parse("2026-11-20T02:00:00Z"),
      details: { type: "upgraded", deployment: "a2" },
    });
  });

  it("stores a bill of 50,000 components and compares the next with it", async () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`p${n}`, "1.0.0"]));
    await arrive([deploy("m1", 1, { service: "many", sbom: bill(many) })]);
    const next = deploy("m2", 2, { service: "many", sbom: bill({ ...many, p7: "1.0.1" }) });
    expect(dependencies((await arrive([next])).changed)).toEqual([
      ["pkg:npm/p7", "upgraded", "1.0.0", "1.0.1"],
    ]);
  });
});

describe("attestations", () => {
  const attest = (statement: object) =>
    readSupplyDocument(statement as Record<string, unknown>, {
      tenant: "default",
      query: {},
      nowUnixMs: Date.parse("2026-11-20T00:30:00Z"),
    });
  const withDigest = (digest: string, commit = commitId) => {
    const text = JSON.stringify(provenanceV1);
    return JSON.parse(text.replaceAll(imageDigest, digest).replaceAll(commitId, commit)) as object;
  };

  it("gives a deployment of a digest its commit, whichever comes first", async () => {
    const [one, two] = ["1".repeat(64), "2".repeat(64)];
    await arrive([attest(withDigest(one))]);
    const later = await arrive([deploy("d1", 1, { artifacts: [`sha256:${one}`] })]);
    expect(later.changed).toMatchObject([
      {
        changeId: "d1",
        revision: commitId,
        repository: "https://github.com/acme/shop",
        details: { revisionFrom: expect.stringMatching(/^attestation-/) },
      },
    ]);
    await arrive([deploy("d2", 1, { artifacts: [`sha256:${two}`] })]);
    await arrive([attest(withDigest(two))]);
    expect(await readChange(store.reads, "default", "d2")).toMatchObject({ revision: commitId });
  });

  it("joins nothing when statements disagree, or the deployment knows better", async () => {
    const [three, four] = ["3".repeat(64), "4".repeat(64)];
    await arrive([attest(withDigest(three)), attest(withDigest(three, "e".repeat(40)))]);
    await arrive([deploy("d3", 1, { artifacts: [`sha256:${three}`] })]);
    expect(await readChange(store.reads, "default", "d3")).toMatchObject({ revision: "" });
    await arrive([attest(withDigest(four))]);
    await arrive([deploy("d4", 1, { artifacts: [`sha256:${four}`], revision: "f".repeat(40) })]);
    expect(await readChange(store.reads, "default", "d4")).toMatchObject({
      revision: "f".repeat(40),
    });
  });

  it("keeps the commit when a later statement leaves it out", async () => {
    const five = "5".repeat(64);
    await arrive([attest(withDigest(five)), deploy("d5", 1, { artifacts: [`sha256:${five}`] })]);
    await arrive([deploy("d5", 1, { status: "rolled_back" })]);
    expect(await readChange(store.reads, "default", "d5")).toMatchObject({
      revision: commitId,
      status: "rolled_back",
      artifacts: [`sha256:${five}`],
    });
  });
});

describe("data set profiles", () => {
  it("come back as they were sent, newest first", async () => {
    const profile = (rows: number) => ({
      rows,
      columns: [
        {
          name: "price",
          type: "number",
          count: rows,
          nulls: 1,
          distinct: 2,
          min: 0.5,
          max: 9,
          mean: 3,
          quantiles: [{ q: 0.5, value: 2 }],
          topValues: [{ value: "2", count: 2 }],
        },
        {
          name: "color",
          type: "string",
          count: rows,
          nulls: 0,
          distinct: null,
          min: "blue",
          max: null,
          mean: null,
          quantiles: [],
          topValues: [],
        },
      ],
      duplicates: [{ hash: "0011aabb", count: 2 }],
    });
    const dataset = (id: string, hour: number) =>
      deploy(id, hour, { kind: "dataset", name: "catalog", details: { profile: profile(hour) } });
    await arrive([dataset("set-1", 1), dataset("set-2", 2), dataset("set-3", 9)]);
    const read = await readDatasetProfiles(store.reads, {
      tenant: "default",
      dataset: "catalog",
      untilUnixMs: Date.parse("2026-11-20T05:00:00Z"),
      limit: 5,
    });
    expect(read).toMatchObject([
      { changeId: "set-2", dataset: "catalog", ...profile(2) },
      { changeId: "set-1", dataset: "catalog", ...profile(1) },
    ]);
    expect((await readChange(store.reads, "default", "set-1"))?.details).toMatchObject({
      profile: { rows: 1, columns: 2, duplicates: 1 },
    });
  });
});
