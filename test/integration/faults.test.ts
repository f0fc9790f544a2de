import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import { createRandom } from "../../cli/demo/random.ts";
import {
  accountingOf,
  createWitness,
  sound,
  type Upload,
  untilReady,
  untilTroubled,
  verdictOn,
  type Witness,
} from "../helpers/witness.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-faults-"));
const disk = join(dir, "disk");

/** A disk of its own at a folder, small enough to be filled; only root may have one. */
function mountDisk(folder: string, megabytes: number): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const options = ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", folder];
  return spawnSync("mount", options).status === 0;
}

function unmountDisk(folder: string): void {
  spawnSync("umount", [folder]);
}

const canMount = mountDisk(disk, 1);
unmountDisk(disk);
if (!canMount) {
  process.stderr.write("SKIPPED: without the right to mount, full disks are not tested\n");
}

const services: TelltaleProcess[] = [];

async function start(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<TelltaleProcess> {
  const service = await startTelltaleProcess(dataDir, {
    TELLTALE_KEY_FILE: join(dir, "queue.key"),
    TELLTALE_OTLP_GRPC_PORT: "0",
    ...env,
  });
  services.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.kill()));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Fills a disk to the last block; returns how to free it. */
function fillDisk(folder: string): () => void {
  const ballast = join(folder, "ballast");
  for (const bytes of [1 << 20, 1 << 12]) {
    try {
      for (;;) {
        appendFileSync(ballast, Buffer.alloc(bytes));
      }
    } catch {
      // Full, to this size.
    }
  }
  return () => rmSync(ballast);
}

async function sendUntil(
  witness: Witness,
  service: TelltaleProcess,
  status: number,
): Promise<string | null> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const answer = await witness.send(service, witness.next(50));
    if (answer?.status === status) {
      return answer.retryAfter;
    }
    await sleep(20);
  }
  throw new Error(`no answer had status ${status}\n${service.log()}`);
}

(canMount ? describe : describe.skip)("a full disk", () => {
  const store = join(dir, "store-disk", "data", "store");
  afterEach(() => [disk, store].forEach(unmountDisk));

  it("is answered with 503, named by /readyz, and survived without help or loss", async () => {
    mountDisk(disk, 96);
    const witness = createWitness();
    const service = await start(join(disk, "data"), {
      TELLTALE_HEALTH_MIN_FREE_DISK_BYTES: `${8 << 20}`,
    });
    await sendUntil(witness, service, 200);
    await untilReady(service);

    const free = fillDisk(disk);
    expect(await untilTroubled(service, "disk")).toMatch(/^the disk is nearly full: \d+ MiB/);
    expect(Number(await sendUntil(witness, service, 503))).toBeGreaterThan(0);
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const answer = await witness.send(service, witness.next(50));
      expect([200, 503]).toContain(answer?.status);
    }

    free();
    await untilReady(service);
    await sendUntil(witness, service, 200);
    expect(await verdictOn(service, witness.acknowledged)).toEqual(sound);
    expect(await service.stop()).toBe(0);
  });

  it("of the store alone keeps the door open, and what came in is stored afterwards", async () => {
    mountDisk(store, 96);
    const witness = createWitness();
    const service = await start(join(dir, "store-disk", "data"), {
      TELLTALE_HEALTH_MIN_FREE_DISK_BYTES: "0",
    });
    await sendUntil(witness, service, 200);
    await untilReady(service);

    const free = fillDisk(store);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = await witness.send(service, witness.next(50));
      expect(answer?.status).toBe(200);
    }
    expect(await untilTroubled(service, "store")).toMatch(/^the store refuses to write: [A-Z_]+$/);
    expect((await accountingOf(service))?.inFlight).toBeGreaterThan(0);

    free();
    await untilReady(service);
    expect(await verdictOn(service, witness.acknowledged)).toEqual(sound);
    expect(await service.stop()).toBe(0);
  });
});

it("counts spans once that are sent again and again in any order", async () => {
  const random = createRandom(11);
  const witness = createWitness();
  const service = await start(join(dir, "order"));
  const uploads: Upload[] = Array.from({ length: 12 }, () => witness.next(40));
  const sends = uploads.flatMap((upload) => [upload, upload, upload]);
  const shuffled = sends
    .map((upload) => ({ upload, key: random.next() }))
    .toSorted((a, b) => a.key - b.key);
  const queue = shuffled.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const { upload } of queue) {
        expect((await witness.send(service, upload))?.status).toBe(200);
      }
    }),
  );
  expect(witness.acknowledged.size).toBe(12 * 40);
  expect(await verdictOn(service, witness.acknowledged)).toEqual(sound);
  const accounting = await accountingOf(service);
  expect(accounting).toMatchObject({
    received: 3 * 12 * 40,
    stored: 12 * 40,
    rejected: { duplicate: 2 * 12 * 40 },
  });
});

it("takes up after SIGTERM where it was, and after a copy of its folder made while it ran", async () => {
  const dataDir = join(dir, "copied");
  const copy = join(dir, "copy");
  const witness = createWitness();
  const first = await start(dataDir);
  await sendUntil(witness, first, 200);
  expect(await first.stop()).toBe(0);

  const second = await start(dataDir);
  expect(await verdictOn(second, witness.acknowledged)).toEqual(sound);
  const before = await accountingOf(second);
  for (let request = 0; request < 20; request += 1) {
    await witness.send(second, witness.next(50));
  }
  await verdictOn(second, witness.acknowledged);
  cpSync(dataDir, copy, { recursive: true, preserveTimestamps: true });
  await second.kill();

  const third = await start(copy);
  expect(await verdictOn(third, witness.acknowledged)).toEqual(sound);
  expect((await accountingOf(third))?.stored).toBe((before?.stored ?? 0) + 1000);
  expect(await third.stop()).toBe(0);
});
