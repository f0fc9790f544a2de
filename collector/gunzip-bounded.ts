import { createGunzip, gunzipSync } from "node:zlib";
import { RefusedUpload } from "./refused-upload.ts";

export interface GunzipLimits {
  readonly maxBytes: number;
  /** Told the size so far while the output grows; may throw to stop. */
  readonly onSize: (bytes: number) => void;
}

/** Output up to here is inflated on the calling thread: about 3 ms, less than the hand-over costs. */
const syncLimitBytes = 2_097_152;
const leastChunkBytes = 16_384;
const largeChunkBytes = 1_048_576;
/** Deflate packs at most 1,032 bytes into one. */
const greatestRatio = 1032;

/**
 * Inflates a gzip body of one or more members and never makes more than `maxBytes` of output.
 * Large outputs are inflated on the thread pool.
 *
 * @throws RefusedUpload `too_large`, or `undecodable` for bytes that are not gzip, end early or
 * are followed by something else than another member or zero padding.
 */
export async function gunzipBounded(body: Uint8Array, limits: GunzipLimits): Promise<Uint8Array> {
  try {
    return inflateSmall(body, limits) ?? (await inflateLarge(body, limits));
  } catch (error) {
    const code = codeOf(error);
    if (code.startsWith("Z_")) {
      throw new RefusedUpload("undecodable", `expected a gzip body, got ${code}`, error);
    }
    throw error;
  }
}

/** `null` when the output turns out to be large, whatever the trailer says. */
function inflateSmall(body: Uint8Array, { maxBytes, onSize }: GunzipLimits): Uint8Array | null {
  const claimedBytes = sizeInTrailer(body);
  if (claimedBytes > syncLimitBytes) {
    return null;
  }
  // One buffer of the claimed size: many small ones cost a third more.
  const possibleBytes = Math.min(claimedBytes, body.length * greatestRatio);
  const chunkSize = Math.max(leastChunkBytes, possibleBytes + 64);
  const maxOutputLength = Math.min(syncLimitBytes, maxBytes);
  try {
    const output = gunzipSync(body, { maxOutputLength, chunkSize });
    onSize(output.length);
    return output;
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") {
      return null;
    }
    throw error;
  }
}

async function inflateLarge(body: Uint8Array, limits: GunzipLimits): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  const gunzip = createGunzip({ chunkSize: largeChunkBytes });
  gunzip.end(body);
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limits.maxBytes) {
      throw new RefusedUpload(
        "too_large",
        `expected at most ${limits.maxBytes} bytes after decompression, got more`,
      );
    }
    limits.onSize(size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** ISIZE of the last member: its size modulo 2^32, as claimed by the sender. */
function sizeInTrailer(body: Uint8Array): number {
  return body.length < 18
    ? 0
    : new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(body.length - 4, true);
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
