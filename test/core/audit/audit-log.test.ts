import * as fc from "fast-check";
import {
  type AuditLink,
  createLink,
  digestOf,
  linkText,
  payloadText,
} from "../../../core/audit/audit-entry.ts";
import { auditKeys, createAuditLog, firstDifference } from "../../../core/audit/audit-log.ts";
import { verifyChain } from "../../../core/audit/verify-chain.ts";
import { compact, type KeyedRecord } from "../../helpers/kafka/compact.ts";

/** Writes entries as two processes do, of which one sometimes comes too late. */
function writeLog(late: readonly boolean[]): KeyedRecord[] {
  const records: KeyedRecord[] = [];
  const log = createAuditLog();
  const write = (id: string, { position, hash }: { position: number; hash: string }) => {
    const kept = { salt: "00".repeat(16), payload: JSON.stringify({ words: `words of ${id}` }) };
    const link: AuditLink = createLink({
      position: position + 1,
      timeUnixMs: 7,
      actor: "pseudonym",
      action: "act",
      subject: "kind/default/1",
      payloadDigest: digestOf(kept),
      previousHash: hash,
    });
    for (const [key, text] of [
      [`${auditKeys.link}${id}`, linkText(link)],
      [`${auditKeys.payload}${id}`, payloadText(kept)],
    ] as const) {
      const record = { offset: records.length, key, value: Buffer.from(text) };
      records.push(record);
      log.apply(record);
    }
  };
  for (const [index, isLate] of late.entries()) {
    const { head } = log;
    write(`${index}`, head);
    if (isLate) {
      write(`${index}-late`, head);
    }
  }
  return records;
}

function read(records: readonly KeyedRecord[]) {
  const log = createAuditLog();
  records.forEach((record) => {
    try {
      log.apply(record);
    } catch {
      // The journal logs it and passes it over.
    }
  });
  return { log, verdict: verifyChain(log.texts(), log.head) };
}

describe("the audit log of a topic", () => {
  it("is whole whoever came too late, also when compacted, and names what they left", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (late) => {
        const records = writeLog(late);
        const { log, verdict } = read(records);
        expect(verdict).toEqual({ ok: true, entries: late.length, brokenAt: null });
        expect(log.leftovers()).toHaveLength(late.filter(Boolean).length);
        const erased = [...log.leftovers(), ...log.entries.slice(0, 2).map(({ id }) => id)];
        const after = compact([
          ...records,
          ...erased.map((id, index) => ({
            offset: records.length + index,
            key: `${auditKeys.payload}${id}`,
            value: null,
          })),
        ]);
        expect(read(after).verdict).toEqual({ ok: true, entries: late.length, brokenAt: null });
        expect(read(after).log.leftovers()).toEqual([]);
        expect(firstDifference(log.entries, read(after).log.entries)).toBeNull();
      }),
    );
  });

  it("shows the first altered byte of any entry, to whoever saw it or holds the chain", () => {
    const records = writeLog([false, true, false, false]);
    const known = read(records).log;
    const own = records.filter(({ key }) => !key.endsWith("-late"));
    fc.assert(
      fc.property(
        fc.nat(own.length - 1),
        fc.nat(),
        fc.integer({ min: 1, max: 127 }),
        (at, byte, flip) => {
          const target = own[at];
          const bytes = Buffer.from(target?.value ?? "");
          const index = byte % bytes.length;
          bytes.writeUInt8(bytes.readUInt8(index) ^ flip, index);
          const { log, verdict } = read(
            records.map((record) => (record === target ? { ...record, value: bytes } : record)),
          );
          const position = Math.floor(at / 2) + 1;
          const changedAt = firstDifference(known.entries, log.entries);
          expect(Math.min(verdict.brokenAt ?? Infinity, changedAt ?? Infinity)).toBe(position);
        },
      ),
    );
  });

  it.each([
    { name: "a removed entry", remove: "2", at: 3 },
    { name: "a cut-off end", remove: "3", at: 4 },
  ])("shows $name", ({ remove, at }) => {
    const records = writeLog([false, false, false, false]);
    const rest = records.filter(({ key }) => key !== `${auditKeys.link}${remove}`);
    expect(firstDifference(read(records).log.entries, read(rest).log.entries)).toBe(at);
  });
});
