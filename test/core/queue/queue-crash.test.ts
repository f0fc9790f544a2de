import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Batch } from "../../../core/queue/queue.ts";
import {
  allStored,
  bodies,
  openTestQueue,
  rejectedSum,
  removeDir,
  tempDir,
} from "./queue-fixtures.ts";

const writer = join(import.meta.dirname, "../../fixtures/queue-writer.ts");
const dirs: string[] = [];

function queueDir(): string {
  const dir = tempDir();
  dirs.push(dir);
  return dir;
}

afterEach(() => dirs.splice(0).forEach(removeDir));

/** Runs the writer until it has acknowledged some appends, kills it, and returns its lines. */
async function killedWriter(dir: string, round: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, dir, "Infinity", `${round}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8");
  const exited = once(child, "close");
  child.stdout.on("data", (text: string) => {
    output += text;
  });
  while (output.split("\n").length < 100 + 40 * round) {
    expect(child.exitCode).toBeNull();
    await sleep(5);
  }
  // Another moment each round, so that the kill meets appends, reads and commits alike.
  await sleep(7 * round);
  child.kill("SIGKILL");
  await exited;
  return output.split("\n").slice(0, -1);
}

interface Witness {
  readonly appended: Set<string>;
  /** Batch id → bodies. */
  readonly batches: Map<string, string>;
  readonly committed: Set<string>;
  readonly contradictions: string[];
}

/** Notes what the writer said, and each batch that changed or came back after its commit. */
function recordLines(lines: readonly string[], witness: Witness): void {
  for (const line of lines) {
    const [event, id = "", kind, texts = ""] = line.split(" ");
    if (event === "appended") {
      witness.appended.add(id);
    } else if (event === "committed") {
      witness.committed.add(id);
    } else {
      const known = witness.batches.get(id) ?? texts;
      if (known !== texts || (kind === "new" && witness.committed.has(id))) {
        witness.contradictions.push(line);
      }
      witness.batches.set(id, texts);
    }
  }
}

describe("a killed process", () => {
  it("loses no acknowledged record, keeps batches and balances, round after round", async () => {
    const dir = queueDir();
    const appended = new Set<string>();
    const batches = new Map<string, string>();
    const committed = new Set<string>();
    const contradictions: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const lines = await killedWriter(dir, round);
      recordLines(lines, { appended, batches, committed, contradictions });
    }
    expect(contradictions).toEqual([]);
    const queue = openTestQueue(dir);
    try {
      const replays: Batch[] = [];
      for (
        let batch = await queue.consumer().read();
        batch;
        batch = await queue.consumer().read()
      ) {
        const texts = bodies(batch).map((text) => text.trim());
        expect(batches.get(batch.id) ?? texts.join(",")).toBe(texts.join(","));
        batches.set(batch.id, texts.join(","));
        await queue.consumer().commit(batch, batch.replay ? [] : allStored(batch));
        if (batch.replay) {
          replays.push(batch);
        }
      }
      expect(replays.length).toBeGreaterThan(0);
      const handedOut = [...batches.values()].flatMap((texts) => texts.split(","));
      expect(new Set(handedOut).size).toBe(handedOut.length);
      expect([...appended].filter((text) => !handedOut.includes(text))).toEqual([]);
      const [row] = await queue.producer.accounting();
      expect(row).toMatchObject({ stored: handedOut.length * 3, inFlight: 0, deadLettered: 0 });
      expect(row?.received).toBe(handedOut.length * 4);
      expect(row && rejectedSum(row)).toBe(handedOut.length);
    } finally {
      await queue.close();
    }
  });
});

const hasStrace = spawnSync("strace", ["-V"]).status === 0;
if (!hasStrace) {
  process.stderr.write("SKIPPED: without strace the sync before the answer is not proved\n");
}

(hasStrace ? describe : describe.skip)("an append", () => {
  it("is synced to disk before it is acknowledged", () => {
    const dir = queueDir();
    const trace = join(dir, "trace.txt");
    const calls = "trace=fsync,fdatasync,msync,pwrite64,pwritev,write,writev";
    // Each sync ends 30 ms late: an answer that does not wait for it would come first.
    const slow = "inject=fsync,fdatasync,msync:delay_exit=30000";
    const args = ["-f", "-y", "-e", calls, "-e", slow, "-s", "40", "-o", trace];
    const run = spawnSync("strace", [...args, process.execPath, writer, join(dir, "queue"), "5"], {
      encoding: "utf8",
    });
    expect(run.stdout.split("\n").filter((line) => line.startsWith("appended"))).toHaveLength(5);
    const lines = readFileSync(trace, "utf8").split("\n");
    const isAnswer = (line: string) => line.includes('"appended ');
    const isSync = (line: string) =>
      /(fsync|fdatasync|msync)(\(.*data\.mdb| resumed).*= 0/.test(line);
    const isWrite = (line: string) => /pwrite(v|64)\(.*data\.mdb/.test(line);
    const answers = lines.flatMap((line, index) => (isAnswer(line) ? [index] : []));
    expect(answers).toHaveLength(5);
    for (const [index, answer] of answers.entries()) {
      const step = lines.slice(answers[index - 1] ?? 0, answer);
      const written = step.findIndex(isWrite);
      expect(written).toBeGreaterThanOrEqual(0);
      expect(step.findLastIndex(isSync)).toBeGreaterThan(written);
    }
  });
});
