import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../../cli/demo/random.ts";
import { type Fleet, type Member, startFleet } from "../../helpers/fleet.ts";
import { createStorm, type Storm } from "../../helpers/storm.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { sound, verdictOn } from "../../helpers/witness.ts";

const rounds = Number(process.env["TELLTALE_FLEET_ROUNDS"] ?? 4);
const random = createRandom(11);

const fleet = await startFleet();
afterAll(() => fleet?.close());
const withFleet = fleet === null ? describe.skip : describe;

type Fault = (fleet: Fleet) => Promise<void>;

/** What may happen at any time. All of it passes without help. */
const faults: Readonly<Record<string, Fault>> = {
  async "kill -9 of both analyzers"({ members }) {
    const analyzers = members.filter(({ role }) => role === "analyzer");
    await Promise.all(analyzers.map((member) => member.kill()));
    await Promise.all(analyzers.map((member) => member.start()));
  },
  async "a broker that is killed and comes back"({ broker }) {
    await broker.kill();
    await sleep(1000 + random.below(2000));
    await broker.start();
  },
  async "a store that breaks connections after it did its work"({ store }) {
    await store.fault({ match: "^INSERT", action: "cut-after", times: 5 });
  },
  async "kill -9 of one process"({ members }) {
    const member = random.pick(members);
    await member.kill();
    await sleep(random.below(1500));
    await member.start();
  },
  async "a restart by SIGTERM"({ members }) {
    const member = random.pick(members);
    expect(await member.stop()).toBe(0);
    await member.start();
  },
  async "a paused analyzer that comes back"({ members }) {
    const analyzer = random.pick(members.filter(({ role }) => role === "analyzer"));
    process.kill(analyzer.process().pid, "SIGSTOP");
    await sleep(9000);
    process.kill(analyzer.process().pid, "SIGCONT");
  },
  async "a third analyzer that comes and goes"(running) {
    const third = await running.add("analyzer");
    await sleep(500 + random.below(1500));
    await third.kill();
    await third.start();
    expect(await third.stop()).toBe(0);
  },
  async "a slow store"({ store }) {
    await store.fault({ match: "^INSERT", action: "delay", delayMs: 400, times: 20 });
  },
  async "a store that is killed and comes back"({ store }) {
    await store.kill();
    await sleep(1000 + random.below(3000));
    await store.restart();
  },
};

function addressesOf({ members }: Fleet): string[] {
  return members
    .filter(({ role }) => role === "collector")
    .map((member) => member.process().otlpHttp);
}

function peopleOf({ members }: Fleet): Member {
  const found = members.find(({ role }) => role === "feedback");
  if (found === undefined) {
    throw new Error("expected a member with the role feedback");
  }
  return found;
}

async function secretsFound(running: Fleet): Promise<number> {
  const { api } = peopleOf(running).process();
  const response = await fetch(`${api}/api/v1/findings?type=secret_leak`);
  const { items } = (await response.json()) as { items: { occurrences: number }[] };
  return items.length === 1 ? (items[0]?.occurrences ?? 0) : -items.length;
}

async function roundOf(running: Fleet, storm: Storm, name: string): Promise<void> {
  const calm = new AbortController();
  const blowing = storm.blow(() => addressesOf(running), 3, calm.signal);
  await sleep(300 + random.below(700));
  await faults[name]?.(running);
  await sleep(300);
  calm.abort();
  await blowing;
}

withFleet(
  `two collectors, two analyzers, two feedback processes, ${rounds} rounds of faults`,
  () => {
    it("lose nothing acknowledged, count nothing twice, balance, and recover without help", async () => {
      const running = fleet as Fleet;
      for (const role of ["collector", "analyzer", "feedback"] as const) {
        await running.add(role);
        await running.add(role);
      }
      const storm = createStorm(random);
      const names = Object.keys(faults);
      for (let round = 0; round < rounds; round += 1) {
        // Each once first, then at random.
        const name = names[round] ?? random.pick(names);
        process.stderr.write(`round ${round + 1}: ${name}\n`);
        await roundOf(running, storm, name);
      }
      await storm.send(addressesOf(running));
      const { api } = peopleOf(running).process();
      const service = { otlpHttp: "", api };
      expect(await verdictOn(service, storm.acknowledged)).toEqual(sound);
      expect(storm.acknowledged.size).toBeGreaterThan(rounds * 40);
      const found = await waitUntil("every leak to be counted", async () => {
        const occurrences = await secretsFound(running);
        return occurrences >= storm.leaking.size && occurrences;
      });
      const stored = await storedLeaks(api);
      expect(found).toBe(stored);
    });
  },
);

/** A request may have been stored without its acknowledgment having arrived. */
async function storedLeaks(api: string): Promise<number> {
  const sql = "SELECT count() AS leaks FROM otel_traces WHERE SpanName = 'chat gpt-4o' FORMAT JSON";
  const response = await fetch(`${api}/clickhouse?query=${encodeURIComponent(sql)}`);
  const { data } = (await response.json()) as { data: { leaks: number | string }[] };
  return Number(data[0]?.leaks);
}
