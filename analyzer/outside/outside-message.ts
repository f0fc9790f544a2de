import { z } from "zod";
import { findingTypes } from "../../core/model/finding.ts";

/** What an outside detector is sent; texts are masked, and cut at 32,768 characters. */
export interface OutsideRequest {
  readonly version: 1;
  readonly contents: readonly {
    readonly index: number;
    readonly direction: string;
    readonly tool: string;
    readonly text: string;
  }[];
}

/** What it answers. Everything beyond these bounds makes the whole answer invalid. */
export const OutsideReply = z.object({
  detections: z
    .array(
      z.object({
        index: z.int().min(0),
        type: z.enum(findingTypes),
        score: z.number(),
        rule: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,64}$/)
          .optional(),
        start: z.int().min(0).optional(),
        end: z.int().min(0).optional(),
      }),
    )
    .max(100),
});

export type OutsideReply = z.infer<typeof OutsideReply>;
export type OutsideDetection = OutsideReply["detections"][number];
