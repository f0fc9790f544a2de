import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import type { Role } from "../../main.ts";
import {
  type ClickHouseServer,
  startClickHouseServer,
} from "./clickhouse-server/start-clickhouse-server.ts";
import { type KafkaBroker, type KafkaBrokerOptions, kafkaBroker } from "./kafka/kafka-broker.ts";

/** One process of the fleet; it may be killed and started again. */
export interface Member {
  readonly role: Role | "all";
  /** The process as it runs, or as it ran last. */
  process(): TelltaleProcess;
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  start(): Promise<void>;
}

/** Telltale as several processes on a real broker and a real engine. */
export interface Fleet {
  readonly broker: KafkaBroker;
  readonly store: ClickHouseServer;
  /** For processes beside the members. */
  readonly env: NodeJS.ProcessEnv;
  /** Without a role: all of them in one process. */
  add(role: Role | "all", env?: NodeJS.ProcessEnv): Promise<Member>;
  readonly members: readonly Member[];
  /** Ends the members, then the broker and the engine, and removes what they kept. */
  close(): Promise<void>;
}

export interface FleetOptions {
  readonly broker?: KafkaBrokerOptions;
  readonly env?: NodeJS.ProcessEnv;
}

/** Null, and standard error says so, where no broker can be had. */
export async function startFleet({
  broker: options,
  env,
}: FleetOptions = {}): Promise<Fleet | null> {
  const broker = await kafkaBroker(options);
  if (broker === null) {
    return null;
  }
  const store = await startClickHouseServer();
  const dir = mkdtempSync(join(tmpdir(), "telltale-fleet-"));
  const keyFile = join(dir, "shared.key");
  writeFileSync(keyFile, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
  const shared = {
    TELLTALE_KEY_FILE: keyFile,
    TELLTALE_QUEUE_KAFKA_BROKERS: broker.brokers.join(","),
    TELLTALE_QUEUE_KAFKA_CREATE_TOPICS: "true",
    TELLTALE_QUEUE_KAFKA_PARTITIONS: "4",
    TELLTALE_QUEUE_KAFKA_SESSION_SECONDS: "6",
    TELLTALE_STORE_CLICKHOUSE_URL: store.url,
    ...env,
  };
  const members: Member[] = [];
  return {
    broker,
    store,
    env: shared,
    members,
    async add(role, own = {}) {
      const folder = join(dir, `${role}-${members.length}`);
      const member = await startMember(folder, role, { ...shared, ...own });
      members.push(member);
      return member;
    },
    async close() {
      await Promise.all(members.map((member) => member.kill()));
      await Promise.all([broker.close(), store.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startMember(
  dataDir: string,
  role: Member["role"],
  env: NodeJS.ProcessEnv,
): Promise<Member> {
  const args = role === "all" ? [] : ["--role", role];
  let running = await startTelltaleProcess(dataDir, env, args);
  return {
    role,
    process: () => running,
    kill: () => running.kill(),
    stop: () => running.stop(),
    async start() {
      running = await startTelltaleProcess(dataDir, env, args);
    },
  };
}
