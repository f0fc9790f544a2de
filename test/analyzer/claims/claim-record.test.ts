import * as fc from "fast-check";
import {
  type ClaimEntry,
  decodeClaim,
  encodeClaim,
  entryBytes,
  packEntries,
  unpackEntry,
} from "../../../analyzer/claims/claim-record.ts";

function hex(length: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
}

const entry: fc.Arbitrary<ClaimEntry> = fc.record({
  traceId: hex(16),
  spanId: hex(8),
  kind: fc.constantFrom("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"),
  digest: fc.nat(Number.MAX_SAFE_INTEGER),
  verdict: fc.constantFrom("open", "kept", "lost"),
});
const group = fc.record({ tenant: fc.string({ maxLength: 20 }), entries: fc.array(entry) });

it("reads what it has written", () => {
  const record = fc.record({
    type: fc.constantFrom("claim" as const, "release" as const),
    batchId: fc.string({ unit: "grapheme", maxLength: 40 }),
    chunk: fc.nat(1000),
    epoch: fc.nat(),
    writer: fc.nat(),
    sequence: fc.nat(),
    doneBefore: fc.nat(Number.MAX_SAFE_INTEGER),
  });
  fc.assert(
    fc.property(record, fc.array(group, { maxLength: 3 }), (about, groups) => {
      const packed = groups.map(({ tenant, entries }) => ({
        tenant,
        entries: packEntries(entries),
      }));
      const read = decodeClaim(encodeClaim({ ...about, groups: packed }));
      expect({ ...read, groups: [] }).toEqual({ ...about, groups: [] });
      expect(
        read.groups.map(({ tenant, entries }) => ({
          tenant,
          entries: Array.from({ length: entries.length / entryBytes }, (_, index) =>
            unpackEntry(entries, index * entryBytes),
          ),
        })),
      ).toEqual(groups);
    }),
  );
});

it("refuses bytes that are no claim", () => {
  expect(() => decodeClaim(Buffer.from([9, 0]))).toThrow(/version 1, got 9/);
  expect(() => decodeClaim(Buffer.alloc(0))).toThrow(/outside buffer bounds/);
});
