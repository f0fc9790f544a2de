import { gzipSync } from "node:zlib";
import type { createRandom } from "../../cli/demo/random.ts";
import type { AttributeValue, Span } from "../../core/model/telemetry.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { plainSpan } from "./plain-span.ts";

type Random = ReturnType<typeof createRandom>;

/** Spans that are sent once, again as they were, and again in other company and order. */
export interface Storm {
  readonly acknowledged: Set<string>;
  /** Acknowledged spans that hold a secret. */
  readonly leaking: Set<string>;
  /** Sends one request to one of these addresses; a failure is forgotten, as by a bad client. */
  send(addresses: readonly string[]): Promise<void>;
  /** Sends until aborted, `senders` at a time. */
  blow(addresses: () => readonly string[], senders: number, signal: AbortSignal): Promise<void>;
}

const spansPerRequest = 40;
const leakEvery = 100;
const remembered = 30;

export function createStorm(random: Random): Storm {
  const acknowledged = new Set<string>();
  const leaking = new Set<string>();
  const sent: Span[][] = [];
  let number = 0;

  function newSpans(): Span[] {
    const spans = Array.from({ length: spansPerRequest }, () => {
      number += 1;
      return plainSpan(number, number % leakEvery === 0 ? leak() : {});
    });
    sent.push(spans);
    if (sent.length > remembered) {
      sent.shift();
    }
    return spans;
  }

  /** Half of what is sent is new; the rest comes again whole, or mixed from several requests. */
  function nextSpans(): Span[] {
    const dice = random.next();
    if (sent.length < 3 || dice < 0.5) {
      return newSpans();
    }
    if (dice < 0.75) {
      return random.pick(sent);
    }
    const halves = [random.pick(sent), random.pick(sent)].flatMap((spans) =>
      spans.filter(() => random.next() < 0.5),
    );
    return [...new Map(halves.toReversed().map((span) => [span.spanId, span])).values()];
  }

  async function send(addresses: readonly string[]): Promise<void> {
    const spans = nextSpans();
    const response = await fetch(`${random.pick(addresses)}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body: new Uint8Array(gzipSync(encodeTraceRequest(spans), { level: 1 })),
      signal: AbortSignal.timeout(30_000),
    }).catch(() => null);
    await response?.arrayBuffer().catch(() => null);
    for (const { spanId, attributes } of response?.status === 200 ? spans : []) {
      acknowledged.add(spanId);
      if (attributes.has("gen_ai.output.messages")) {
        leaking.add(spanId);
      }
    }
    if (response?.status !== 200) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  return {
    acknowledged,
    leaking,
    send,
    async blow(addresses, senders, signal) {
      const one = async () => {
        while (!signal.aborted) {
          await send(addresses());
        }
      };
      await Promise.all(Array.from({ length: senders }, one));
    },
  };
}

/** Made up at run time; the form is what the detector looks for. */
function leak(): Partial<Span> {
  const content = `Use AKIA${"QX7N3TZ5".repeat(2)} for S3.`;
  const messages = [{ role: "assistant", parts: [{ type: "text", content }] }];
  return {
    name: "chat gpt-4o",
    kind: 3,
    attributes: new Map<string, AttributeValue>([
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.output.messages", JSON.stringify(messages)],
    ]),
  };
}
