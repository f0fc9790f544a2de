import { createHmac } from "node:crypto";
import type { QueueKey } from "./open-key.ts";

/** Keys the digests in masks, so that they say nothing without this installation's key. */
export function maskKey({ bytes }: QueueKey): string {
  return createHmac("sha256", bytes).update("telltale mask key").digest("hex");
}
