import * as fc from "fast-check";
import { createCommandLog, type LogRecord } from "../../../core/commands/command-log.ts";
import {
  contentKey,
  decidedKey,
  fenceKey,
  toValue,
} from "../../../core/commands/command-records.ts";
import { compact } from "../../helpers/kafka/compact.ts";

type Step =
  | { readonly kind: "command"; readonly stream: number; readonly version: number }
  | { readonly kind: "fenced"; readonly stream: number; readonly fence: number }
  | { readonly kind: "fence" }
  | { readonly kind: "rewrite"; readonly target: number }
  | { readonly kind: "forget"; readonly target: number };

const small = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("command"), stream: small, version: small }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("fenced"), stream: small, fence: small }) },
  fc.constant({ kind: "fence" } as const),
  fc.record({ kind: fc.constant("rewrite"), target: fc.nat(20) }),
  fc.record({ kind: fc.constant("forget"), target: fc.nat(20) }),
) as fc.Arbitrary<Step>;

/** The records that the steps write; rewrites replace the content of earlier commands. */
function recordsOf(steps: readonly Step[]): LogRecord[] {
  const records: LogRecord[] = [];
  const ids: string[] = [];
  const fences: number[] = [];
  const put = (key: string, value: Buffer | null) =>
    void records.push({ offset: records.length, key, value });
  for (const [index, next] of steps.entries()) {
    const target = "target" in next ? ids[next.target % Math.max(1, ids.length)] : undefined;
    if (next.kind === "fence") {
      fences.push(records.length + 1);
      put(fenceKey(`${index}`), toValue({ lease: "l" }));
    } else if (next.kind === "rewrite" && target !== undefined) {
      put(contentKey(target), toValue({ actor: "erased", data: {} }));
    } else if (next.kind === "forget" && target !== undefined) {
      put(contentKey(target), toValue({ actor: "gone", data: {} }));
    } else if (next.kind === "command" || next.kind === "fenced") {
      const id = `${index}`;
      const position = next.kind === "fenced" ? (fences[next.fence] ?? 0) : 0;
      ids.push(id);
      put(
        decidedKey(id),
        toValue({
          stream: `s/${next.stream}`,
          expectedVersion: next.kind === "command" ? next.version : 0,
          type: "t",
          timeUnixMs: index,
          ...(next.kind === "fenced" && { fence: { lease: "l", position } }),
        }),
      );
      put(contentKey(id), toValue({ actor: `a${index}`, data: { index } }));
    }
  }
  return records;
}

function replay(records: readonly LogRecord[]) {
  const log = createCommandLog();
  records.forEach((record) => log.apply(record));
  return log;
}

describe("the command log", () => {
  it("comes to the same events from the compacted log as from the whole one", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, cut) => {
        const records = recordsOf(steps);
        const whole = replay(records).readAll(0, 1000);
        expect(replay(compact(records)).readAll(0, 1000)).toEqual(whole);
        // Also when a reader sees a part before the compaction and the rest after it.
        const at = cut % (records.length + 1);
        const rest = compact(records).filter(({ offset }) => offset >= at);
        const mixed = replay([...records.slice(0, at), ...rest]);
        expect(mixed.readAll(0, 1000)).toEqual(whole);
        whole.forEach(({ stream, version, position }) => {
          expect(replay(records).read(stream)[version - 1]).toMatchObject({ version, position });
        });
      }),
    );
  });

  it("tells how a command ended, once, and only who asked", () => {
    const log = createCommandLog();
    const decided = { stream: "s", expectedVersion: 0, type: "t", timeUnixMs: 0 };
    log.expect("b");
    log.apply({ offset: 0, key: decidedKey("a"), value: toValue(decided) });
    log.apply({ offset: 1, key: decidedKey("b"), value: toValue(decided) });
    expect(log.takeDecision("a")).toBeUndefined();
    expect(log.takeDecision("b")).toEqual({ status: "conflict", currentVersion: 1 });
    expect(log.takeDecision("b")).toBeUndefined();
  });

  it("knows whose refused words are still in the log", () => {
    const log = createCommandLog();
    const decided = { stream: "s", expectedVersion: 3, type: "t", timeUnixMs: 0 };
    log.apply({ offset: 0, key: decidedKey("a"), value: toValue(decided) });
    log.apply({ offset: 1, key: contentKey("a"), value: toValue({ actor: "x", data: {} }) });
    expect(log.leftovers()).toEqual(["a"]);
    log.apply({ offset: 2, key: contentKey("a"), value: null });
    expect(log.leftovers()).toEqual([]);
  });

  it("refuses what is no command, and goes on", () => {
    const log = createCommandLog();
    fc.assert(
      fc.property(fc.constantFrom("e/x", "c/x", "f/x", "z"), fc.string(), (key, text) => {
        try {
          log.apply({ offset: 0, key, value: Buffer.from(text) });
        } catch {
          // The journal logs it and passes it over.
        }
        expect(log.readAll(0, 10)).toEqual([]);
      }),
    );
  });
});
