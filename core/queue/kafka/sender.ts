import type { Message, Producer } from "kafkajs";
import type { KafkaConfig } from "../../config/kafka-config.ts";
import type { Logger } from "../../log.ts";
import type { KafkaClient } from "./client.ts";
import { compressionTypes } from "./codecs.ts";
import { steadyPartitioner } from "./partitioner.ts";
import { maxBatchBytes } from "./topic-plan.ts";

export interface OutgoingMessage {
  readonly key: Buffer | string | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
  /** Unix milliseconds; the present when missing. */
  readonly timestamp?: number;
}

/** Writes records; each call resolves once they are durable. */
export interface Sender {
  /**
   * @returns one offset of the partition that the last of them was written to.
   * @throws SendError when they may not have been written.
   */
  send(topic: string, messages: readonly OutgoingMessage[]): Promise<number>;
  /** The last failure, until something was written again. */
  failure(): Error | null;
  close(): Promise<void>;
}

/** The brokers did not take it in time. It may have been written all the same. */
export class SendError extends Error {
  override readonly name = "SendError";
}

interface Waiting {
  readonly topic: string;
  readonly messages: readonly OutgoingMessage[];
  readonly bytes: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: Error) => void;
}

/** How long one request goes on, what kafkajs repeats included. */
const patienceMs = 15_000;
/** Requests in flight, each with a producer id of its own. */
const laneCount = 2;

/**
 * Gathers what waits while a request is under way and sends it as the next one.
 *
 * Producers are idempotent, so that what kafkajs repeats after a lost answer is written once. Its
 * sequence numbers hold only while a producer has one request in flight and no request was given
 * up: hence one request per lane, and a new producer after each failure.
 */
export function createSender(kafka: KafkaClient): Sender {
  const waiting: Waiting[] = [];
  const lanes = Array.from({ length: laneCount }, () => createLane(kafka));
  let failed: Error | null = null;
  let isClosed = false;

  async function run(lane: Lane): Promise<void> {
    // After this turn of the event loop, so that what arrives together goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      failed = await lane.write(takeBatch(waiting));
    }
    lane.running = null;
  }

  return {
    send(topic, messages) {
      if (isClosed) {
        return Promise.reject(new SendError("the connection to the brokers is closed"));
      }
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.push({ topic, messages, bytes: bytesOf(messages), resolve, reject });
      const idle = lanes.find(({ running }) => running === null);
      if (idle !== undefined) {
        idle.running = run(idle);
      }
      return promise;
    },
    failure: () => failed,
    async close() {
      isClosed = true;
      await Promise.all(lanes.map(async ({ running }) => await running));
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

interface Lane {
  /** Its work under way, which never rejects. */
  running: Promise<void> | null;
  /** Settles everything in the batch; the failure if there was one. */
  write(batch: readonly Waiting[]): Promise<Error | null>;
  close(): Promise<void>;
}

function createLane(kafka: KafkaClient): Lane {
  const { config, logger } = kafka;
  let producer: Promise<Producer> | null = null;

  async function write(batch: readonly Waiting[]): Promise<Error | null> {
    const connected = (producer ??= connect(kafka));
    const written = connected.then((open) => sendBatch(open, batch, config));
    try {
      settle(batch, await withinPatience(written));
      return null;
    } catch (cause) {
      producer = null;
      void drop(connected, written, logger);
      const problem = cause instanceof Error ? cause.message : String(cause);
      const error = new SendError(`the brokers did not take it: ${problem}`, { cause });
      batch.forEach(({ reject }) => reject(error));
      return error;
    }
  }

  return {
    running: null,
    write,
    async close() {
      if (producer !== null) {
        await drop(producer, null, logger);
      }
    },
  };
}

let turn = 0;

async function connect(kafka: KafkaClient): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    createPartitioner: steadyPartitioner(() => turn),
    // kafkajs would go on for ever; an HTTP client with an answer can turn elsewhere.
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 20 },
  });
  await producer.connect();
  return producer;
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`no answer within ${patienceMs / 1000} s`)),
    patienceMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a producer, at the earliest when it gave up: until then it would connect again. */
async function drop(
  producer: Promise<Producer>,
  written: Promise<unknown> | null,
  logger: Logger,
): Promise<void> {
  try {
    await written?.catch(() => undefined);
    await (await producer).disconnect();
  } catch (error) {
    logger.debug({ err: error }, "A Kafka producer did not end well");
  }
}

/** Everything that waits, up to the size of a request. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const next of waiting) {
    bytes += next.bytes;
    if (count > 0 && bytes > maxBatchBytes / 2) {
      break;
    }
    count += 1;
  }
  return waiting.splice(0, count);
}

type Written = Awaited<ReturnType<Producer["sendBatch"]>>;

function sendBatch(
  producer: Producer,
  batch: readonly Waiting[],
  config: KafkaConfig,
): Promise<Written> {
  const byTopic = Map.groupBy(batch, ({ topic }) => topic);
  turn += 1;
  return producer.sendBatch({
    acks: -1,
    timeout: patienceMs,
    compression: compressionTypes[config.compression],
    topicMessages: Array.from(byTopic, ([topic, parts]) => ({
      topic,
      messages: parts.flatMap(({ messages }) => messages.map(toMessage)),
    })),
  });
}

function toMessage({ key, value, headers, timestamp }: OutgoingMessage): Message {
  return {
    key,
    value,
    headers,
    ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
  };
}

function settle(batch: readonly Waiting[], written: Written): void {
  const offsets = new Map(written.map(({ topicName, baseOffset }) => [topicName, baseOffset]));
  batch.forEach(({ topic, resolve }) => resolve(Number(offsets.get(topic) ?? 0)));
}

function bytesOf(messages: readonly OutgoingMessage[]): number {
  return messages.reduce((sum, { value }) => sum + (value?.length ?? 0) + 256, 0);
}
