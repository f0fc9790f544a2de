import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrokerProcess, startBrokerProcess } from "./broker-process.ts";
import { freePorts } from "./free-ports.ts";
import { kafkaJars, whyNoKafka } from "./kafka-artifacts.ts";

export interface KafkaNode {
  readonly address: string;
  /** Of the running process; null while it is down. */
  readonly pid: number | null;
  /** On the ports and the data it had before. */
  start(): Promise<void>;
  /** Hands its leaderships over and ends. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Warnings and errors so far. */
  log(): string;
}

/** An Apache Kafka cluster; `start`, `stop` and `kill` do so to all of its nodes. */
export interface KafkaBroker extends Omit<KafkaNode, "address" | "pid"> {
  /** `host:port` of each node. */
  readonly brokers: string[];
  readonly nodes: readonly KafkaNode[];
  /** Ends all nodes and removes their data. */
  close(): Promise<void>;
}

export interface KafkaBrokerOptions {
  /** 3 for leader changes: each node has a third of the votes, so any one of them may go. */
  readonly nodes?: 1 | 3;
  readonly heapMb?: number;
  /** For measurements: java may compile for speed, which makes the start slower. */
  readonly isTuned?: boolean;
  /** More or other lines of `server.properties`. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** A running broker on free ports; null, and standard error says so, where none can be started. */
export async function kafkaBroker(options: KafkaBrokerOptions = {}): Promise<KafkaBroker | null> {
  const reason = whyNoKafka();
  if (reason !== null) {
    process.stderr.write(`\nSKIPPED: no Apache Kafka broker: ${reason}\n`);
    return null;
  }
  return startKafka(options);
}

/** @throws Error with the broker's last words when it does not start. */
export async function startKafka(options: KafkaBrokerOptions = {}): Promise<KafkaBroker> {
  // Another program may take a port between its choice and the broker's start.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === 3 || !/BindException|already in use/.test(String(error))) {
        throw error;
      }
    }
  }
}

async function startOnce(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const dir = mkdtempSync(join(tmpdir(), "telltale-kafka-"));
  const count = options.nodes ?? 1;
  const ports = await freePorts(count * 2);
  const nodes = Array.from({ length: count }, (_, index) => {
    const file = formatNode(dir, index, ports, options);
    return createNode(file, ports[index] ?? 0, options);
  });
  const cluster: KafkaBroker = {
    brokers: nodes.map(({ address }) => address),
    nodes,
    start: () => forAll(nodes, (node) => node.start()),
    stop: () => forAll(nodes, (node) => node.stop()),
    kill: () => forAll(nodes, (node) => node.kill()),
    log: () => nodes.map((node) => node.log()).join("\n"),
    async close() {
      await forAll(nodes, (node) => node.kill());
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

async function forAll(
  nodes: readonly KafkaNode[],
  act: (node: KafkaNode) => Promise<void>,
): Promise<void> {
  await Promise.all(nodes.map(act));
}

const clusterId = "dGVsbHRhbGUta2Fma2EtMQ";

/** Writes the node's configuration and gives its data folder the marks of a new cluster. */
function formatNode(
  dir: string,
  index: number,
  ports: readonly number[],
  { nodes = 1, properties = {} }: KafkaBrokerOptions,
): string {
  const data = join(dir, `data-${index + 1}`);
  const file = join(dir, `server-${index + 1}.properties`);
  mkdirSync(data);
  const voters = ports.slice(nodes).map((port, voter) => `${voter + 1}@127.0.0.1:${port}`);
  const client = `CLIENT://127.0.0.1:${ports[index]}`;
  const all = {
    ...ownProperties(nodes),
    "node.id": index + 1,
    "controller.quorum.voters": voters.join(","),
    listeners: `${client},CONTROLLER://127.0.0.1:${ports[nodes + index]}`,
    "advertised.listeners": client,
    "log.dirs": data,
    ...properties,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""));
  const { status, stdout, stderr } = spawnSync(
    "java",
    [
      ...javaOptions({ heapMb: 64 }),
      "kafka.tools.StorageTool",
      "format",
      "-t",
      clusterId,
      "-c",
      file,
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) {
    throw new Error(`the data folder of a Kafka broker could not be formatted: ${stdout}${stderr}`);
  }
  return file;
}

/** Small, quick to start and to balance groups; what is slow on purpose in production is not. */
function ownProperties(nodes: number): Record<string, string | number> {
  return {
    "process.roles": "broker,controller",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    // A broker that was killed may not come back before its session has ended.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "offsets.topic.num.partitions": 2,
    "offsets.topic.replication.factor": nodes,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": nodes,
    "transaction.state.log.min.isr": 1,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "background.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4_194_304,
    "log.cleaner.backoff.ms": 200,
    "log.segment.delete.delay.ms": 100,
    "log.initial.task.delay.ms": 1000,
    "log.retention.check.interval.ms": 1000,
  };
}

function javaOptions({ heapMb = 384, isTuned = false }: KafkaBrokerOptions): string[] {
  const log = "-Dorg.slf4j.simpleLogger";
  return [
    `-Xmx${heapMb}m`,
    // The fewest threads and the quickest start; the tests share two cores with the broker.
    "-XX:+UseSerialGC",
    ...(isTuned ? [] : ["-XX:TieredStopAtLevel=1"]),
    `${log}.defaultLogLevel=warn`,
    `${log}.log.kafka.server.KafkaRaftServer=info`,
    "-cp",
    join(kafkaJars, "*"),
  ];
}

function createNode(file: string, port: number, options: KafkaBrokerOptions): KafkaNode {
  let running: BrokerProcess | null = null;
  let words = "";

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = running;
    running = null;
    await ending?.end(signal);
  }

  return {
    address: `127.0.0.1:${port}`,
    get pid() {
      return running?.pid ?? null;
    },
    async start() {
      if (running === null) {
        const args = [...javaOptions(options), "kafka.Kafka", file];
        running = await startBrokerProcess(args, (line) => {
          words += `${line}\n`;
        });
      }
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    log: () => words,
  };
}
