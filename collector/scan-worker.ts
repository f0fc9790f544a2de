import { parentPort } from "node:worker_threads";
import { OtlpDecodeError } from "../core/otlp/otlp-decode-error.ts";
import { scanRequest } from "../core/otlp/scan.ts";
import type { ScanAnswer, ScanQuestion } from "./body-scanner.ts";

/** The thread of `createBodyScanner`. */
parentPort?.on("message", ({ id, signal, body, limits }: ScanQuestion) => {
  parentPort?.postMessage(answer(id, () => scanRequest(signal, "json", body, limits)));
});

function answer(id: number, scan: () => ReturnType<typeof scanRequest>): ScanAnswer {
  try {
    return { id, result: scan() };
  } catch (error) {
    if (error instanceof OtlpDecodeError) {
      return { id, refusal: error.message };
    }
    throw error;
  }
}
