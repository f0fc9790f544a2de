import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../core/auth/principal.ts";
import { routeSchema } from "../../core/http/route-schema.ts";
import type { Store } from "../../core/store/store.ts";
import { precisionOf, readVerdicts } from "./read-verdicts.ts";

const Detectors = z.object({
  items: z.array(
    z.object({
      detector: z.string(),
      rule: z.string(),
      findings: z.int().describe("Findings with a detection of the rule"),
      confirmed: z.int().describe("Of those, acknowledged, or resolved by a person"),
      refuted: z.int().describe("Of those, judged a false positive"),
      precision: z.number().min(0).max(1).nullable().describe("null while nobody judged any"),
    }),
  ),
  nextCursor: z.null(),
});

/** `GET /api/v1/detectors`: how often each rule was right, by people's verdicts. */
export function detectorRoutes({ reads }: { readonly reads: Store }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/detectors",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Rules that took part in findings, with their precision by people's verdicts",
          response: Detectors,
        }),
      },
      async (request) => {
        const verdicts = await readVerdicts(reads, principalOf(request).tenant);
        return {
          items: verdicts.map((each) => ({ ...each, precision: precisionOf(each) })),
          nextCursor: null,
        };
      },
    );
  };
}
