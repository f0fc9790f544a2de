import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "./faults.ts";
import type { Order, ServeOptions, State } from "./serve.ts";

export interface ClickHouseServer {
  readonly url: string;
  readonly pid: number;
  /** Of the data. */
  readonly folder: string;
  /** Sets a fault for requests to come. */
  fault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  state(): Promise<State>;
  /** As `kill -9`; the data stay. */
  kill(): Promise<void>;
  /** After `kill`: the same data at the same address. */
  restart(): Promise<void>;
  /** Ends the process and removes the data. */
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL("./serve.ts", import.meta.url));

/**
 * The real engine behind ClickHouse's HTTP interface: no server can be had everywhere, chdb can.
 * It is not a server in what concerns users, rights, clusters and replication.
 */
export async function startClickHouseServer(
  options: Omit<ServeOptions, "folder" | "port"> = {},
): Promise<ClickHouseServer> {
  const folder = mkdtempSync(join(tmpdir(), "telltale-clickhouse-"));
  let running = await spawn({ ...options, folder, port: 0 });
  const { port } = running;
  return {
    url: `http://127.0.0.1:${port}`,
    folder,
    get pid() {
      return running.pid;
    },
    async fault(fault) {
      await running.ask({ kind: "fault", fault });
    },
    async clearFaults() {
      await running.ask({ kind: "clear" });
    },
    state: () => running.ask({ kind: "state" }),
    kill: () => running.kill(),
    async restart() {
      running = await spawn({ ...options, folder, port });
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly port: number;
  readonly pid: number;
  ask(order: Order): Promise<State>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function spawn(options: ServeOptions): Promise<Running> {
  const child = fork(program, [JSON.stringify(options)], {
    // chdb takes a thread of the pool for each statement that runs.
    env: { ...process.env, NODE_OPTIONS: "", UV_THREADPOOL_SIZE: "32" },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, (state: State) => void>();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the ClickHouse front ended with ${code}`)));
    child.on("message", (message: { port: number } | { id: number; result: State }) => {
      if ("port" in message) {
        resolve(message.port);
      } else {
        waiting.get(message.id)?.(message.result);
        waiting.delete(message.id);
      }
    });
  });
  let lastId = 0;
  async function ask(order: Order): Promise<State> {
    lastId += 1;
    const id = lastId;
    const answered = new Promise<State>((resolve) => waiting.set(id, resolve));
    child.send({ id, order });
    return await answered;
  }
  return {
    port,
    pid: child.pid ?? 0,
    ask,
    kill: () => end(child, ended),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        // A crash at the end of a test says nothing about it.
        await Promise.race([ask({ kind: "stop" }), ended]);
      }
      await end(child, ended);
    },
  };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await ended;
  }
}
