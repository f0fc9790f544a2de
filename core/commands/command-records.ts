import { z } from "zod";

/**
 * What lies in the topic of commands. A command is two records, appended together: what is decided
 * by (stream and version), and who and what. An erasure replaces the second one alone: what was
 * decided must not depend on what compaction has removed since.
 */

/** Key of the record that a command's place in the log decides. */
export function decidedKey(id: string): string {
  return `e/${id}`;
}

/** Key of the record with actor and data; empty, it stands for erased ones. */
export function contentKey(id: string): string {
  return `c/${id}`;
}

/** Key of a record by which somebody takes over a lease. */
export function fenceKey(id: string): string {
  return `f/${id}`;
}

export const Decided = z.object({
  stream: z.string().min(1),
  expectedVersion: z.int().min(0),
  type: z.string(),
  timeUnixMs: z.number(),
  fence: z.object({ lease: z.string(), position: z.int() }).optional(),
});

export const Content = z.object({ actor: z.string(), data: z.record(z.string(), z.unknown()) });

export const FenceTaken = z.object({ lease: z.string() });

export type Decided = z.infer<typeof Decided>;
export type Content = z.infer<typeof Content>;

export function toValue(json: Decided | Content | z.infer<typeof FenceTaken>): Buffer {
  return Buffer.from(JSON.stringify(json));
}
