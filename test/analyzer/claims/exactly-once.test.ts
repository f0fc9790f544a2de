import * as fc from "fast-check";
import { createScheduler } from "../../helpers/interleaving/scheduler.ts";
import { createSharedWorld, type SentRecord, type SharedWorld } from "./shared-world.ts";

const span = fc.record({ id: fc.nat(7), digest: fc.integer({ min: 1, max: 2 }) });
const record: fc.Arbitrary<SentRecord> = fc.record({
  spans: fc.array(span, { minLength: 1, maxLength: 3 }),
  isPoison: fc.nat(9).map((one) => one === 0),
});
const partitions = fc.array(fc.array(record, { maxLength: 8 }), { minLength: 1, maxLength: 3 });

const maxTurns = 20_000;

/** Kills and hands partitions over for a while, then lets everything come to its end. */
async function live(world: SharedWorld, scheduler: ReturnType<typeof createScheduler>) {
  const { pick } = scheduler;
  let analyzers = [world.start(), world.start()];
  function spread(): void {
    for (const partition of world.partitions) {
      world.assign(partition, analyzers[pick(analyzers.length)] ?? world.start());
    }
  }
  spread();
  await scheduler.run(400, () => {
    const event = pick(40);
    const victim = analyzers[pick(analyzers.length)];
    if (event === 0 && victim !== undefined) {
      world.kill(victim);
      const fresh = world.start();
      analyzers = analyzers.map((analyzer) => (analyzer === victim ? fresh : analyzer));
      world.partitions
        .filter(({ owner }) => owner === victim)
        .forEach((partition) => world.assign(partition, analyzers[pick(2)] ?? fresh));
    } else if (event === 1) {
      spread();
    }
  });
  const ended = await scheduler.run(maxTurns);
  analyzers.forEach((analyzer) => world.kill(analyzer));
  await scheduler.run(maxTurns);
  return ended;
}

it("stores each span once, whatever the order of claims, stores, commits and kills", async () => {
  await fc.assert(
    fc.asyncProperty(partitions, fc.integer(), async (sent, seed) => {
      const scheduler = createScheduler(seed);
      const world = createSharedWorld(scheduler, sent);
      expect(await live(world, scheduler)).toBe("quiet");
      world.partitions.forEach(({ from, records }) => expect(from).toBe(records.length));
      // Every dead letter is mended and sent again.
      const replayed = world.deadLetters.splice(0);
      world.partitions[0]?.records.push(
        ...replayed.map(({ spans }) => ({ spans, isPoison: false })),
      );
      expect(await live(world, scheduler)).toBe("quiet");

      const ids = new Set(sent.flat().flatMap(({ spans }) => spans.map(({ id }) => id)));
      const stored = world.rows.map(({ spanId }) => Number.parseInt(spanId, 16) - 1);
      expect(stored.toSorted((a, b) => a - b)).toEqual([...ids].toSorted((a, b) => a - b));
      const accepted = world.partitions
        .flatMap(({ records }) => records)
        .reduce((sum, { spans }) => sum + spans.length, 0);
      const { counts } = world;
      expect(counts.stored + counts.rejected + counts.dead).toBe(accepted);
      expect(counts.stored).toBe(world.rows.length);
    }),
    { numRuns: 300 },
  );
}, 60_000);
