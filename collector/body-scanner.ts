import { Worker } from "node:worker_threads";
import type { Signal } from "../core/model/telemetry.ts";
import type { RecordLimits } from "../core/otlp/limits.ts";
import { OtlpDecodeError } from "../core/otlp/otlp-decode-error.ts";
import type { ScanResult } from "../core/otlp/refusal.ts";
import { scanRequest } from "../core/otlp/scan.ts";

/**
 * JSON bodies from here on are scanned in a thread of their own. A megabyte of JSON takes 15 to
 * 100 ms, which other requests would have to wait; a megabyte of protobuf takes less than one.
 */
const threadBytes = 262_144;

export type ScanBody = (
  ...[signal, contentType, body, limits]: Parameters<typeof scanRequest>
) => ScanResult | Promise<ScanResult>;

export interface BodyScanner {
  /** As `scanRequest`, without stopping the calling thread for long. */
  readonly scan: ScanBody;
  close(): Promise<void>;
}

export interface ScanQuestion {
  readonly id: number;
  readonly signal: Signal;
  readonly body: Uint8Array;
  readonly limits: RecordLimits;
}

export type ScanAnswer =
  | { readonly id: number; readonly result: ScanResult }
  | { readonly id: number; readonly refusal: string };

/** The thread is started by the first large body, and again should it ever end. */
export function createBodyScanner(): BodyScanner {
  let thread: ScanThread | null = null;
  return {
    scan(signal, contentType, body, limits) {
      if (contentType === "protobuf" || body.length < threadBytes) {
        return scanRequest(signal, contentType, body, limits);
      }
      thread ??= startScanThread(() => {
        thread = null;
      });
      return thread.scan({ signal, body, limits });
    },
    close: async () => thread?.stop(),
  };
}

interface ScanThread {
  scan(question: Omit<ScanQuestion, "id">): Promise<ScanResult>;
  stop(): Promise<void>;
}

function startScanThread(ended: () => void): ScanThread {
  const worker = new Worker(new URL("scan-worker.ts", import.meta.url));
  const waiting = new Map<number, PromiseWithResolvers<ScanResult>>();
  let lastId = 0;
  // The port's server keeps the process alive, not this thread.
  worker.unref();
  worker.on("message", (answer: ScanAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("result" in answer) {
      asked?.resolve(answer.result);
    } else {
      asked?.reject(new OtlpDecodeError(answer.refusal));
    }
  });
  worker.on("error", (error: Error) => fail(error));
  worker.on("exit", () => fail(new Error("the scanning thread ended")));

  function fail(error: Error): void {
    ended();
    for (const asked of waiting.values()) {
      asked.reject(error);
    }
    waiting.clear();
  }

  return {
    scan({ signal, body, limits }) {
      lastId += 1;
      const asked = Promise.withResolvers<ScanResult>();
      waiting.set(lastId, asked);
      // A copy: the body itself is queued afterwards.
      const copy = new Uint8Array(body);
      const question: ScanQuestion = { id: lastId, signal, body: copy, limits };
      worker.postMessage(question, [copy.buffer]);
      return asked.promise;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
