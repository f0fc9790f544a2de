import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { describeCommandsContract } from "./commands-contract.ts";

function tempDir(): string {
  return mkdtempSync(join(tmpdir(), "telltale-commands-"));
}

describeCommandsContract("LMDB", async () => {
  const dir = tempDir();
  let commands = openLmdbCommands({ dir });
  return {
    commands,
    async reopen() {
      await commands.close();
      commands = openLmdbCommands({ dir });
      return commands;
    },
    async close() {
      await commands.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe("the LMDB command log", () => {
  it.each([
    { name: "empty", stream: "" },
    { name: "too long", stream: "x".repeat(1025) },
  ])("refuses a stream name that is $name", async ({ stream }) => {
    const dir = tempDir();
    const commands = openLmdbCommands({ dir });
    const event = { type: "t", actor: "a", timeUnixMs: 0, data: {} };
    await expect(commands.append(stream, 0, event)).rejects.toThrow(
      /expected a stream name of 1 to 1024 bytes, got (0|1025)/,
    );
    await commands.close();
    rmSync(dir, { recursive: true });
  });

  it("rewrites who and what of a tenant's events, and nothing else of them", async () => {
    const dir = tempDir();
    const commands = openLmdbCommands({ dir });
    for (const tenant of ["acme", "zeta"]) {
      const event = { type: "t", actor: "ada", timeUnixMs: 7, data: { reason: "mine" } };
      await commands.append(`finding/${tenant}/1`, 0, event);
    }
    const [before] = await commands.read("finding/acme/1");
    const count = await commands.rewrite("acme", ({ actor }) =>
      actor === "ada" ? { actor: "erased", data: {} } : null,
    );
    expect(count).toBe(1);
    expect(await commands.rewrite("acme", () => null)).toBe(0);
    expect(await commands.read("finding/acme/1")).toEqual([
      { ...before, actor: "erased", data: {} },
    ]);
    expect(await commands.read("finding/zeta/1")).toMatchObject([{ actor: "ada" }]);
    await commands.close();
    rmSync(dir, { recursive: true });
  });

  it("tells a subscriber in this thread of an append in another, and lets one of both win", async () => {
    const dir = tempDir();
    const commands = openLmdbCommands({ dir });
    const called = Promise.withResolvers<void>();
    commands.subscribe(called.resolve);
    const file = join(import.meta.dirname, "../../fixtures/commands-worker.ts");
    const worker = new Worker(file, { workerData: { dir } });
    const exited = once(worker, "exit");
    await called.promise;
    await exited;
    const [stored] = await commands.readAll(0, 10);
    expect(stored).toMatchObject({ stream: "finding/default/1", actor: "worker", version: 1 });
    const event = { type: "status", actor: "main", timeUnixMs: 0, data: {} };
    expect(await commands.append("finding/default/1", 0, event)).toEqual({
      status: "conflict",
      currentVersion: 1,
    });
    await commands.close();
    rmSync(dir, { recursive: true });
  }, 20_000);
});
