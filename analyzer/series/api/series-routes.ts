import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { principalOf } from "../../../core/auth/principal.ts";
import { HttpError } from "../../../core/http/http-error.ts";
import { readPage } from "../../../core/http/paging.ts";
import { parseInput, time } from "../../../core/http/parse-input.ts";
import { routeSchema } from "../../../core/http/route-schema.ts";
import type { Store } from "../../../core/store/store.ts";
import { listSeries, seriesPageRule } from "./list-series.ts";
import { readSeries } from "./read-series.ts";
import { SeriesDetail, SeriesPage } from "./series-schemas.ts";

const Filter = z.object({
  service: z.string().max(256).optional(),
  environment: z.string().max(256).optional(),
  metric: z.string().max(256).optional(),
  since: time.optional().describe("Only series with a window after this time"),
});

const Range = z.object({
  since: time.optional().describe("First window; by default a day before the last"),
  until: time.optional().describe("End of the last window"),
});

/** `/api/v1/series`: what is followed, and its windows, baseline, detections and change points. */
export function seriesRoutes({ reads }: { readonly reads: Store }) {
  return async (instance: FastifyInstance): Promise<void> => {
    instance.get(
      "/api/v1/series",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "Followed series, by service, environment and metric",
          query: Filter,
          paged: true,
          response: SeriesPage,
        }),
      },
      async (request) => {
        const { since, ...filter } = parseInput(Filter, request.query);
        const page = readPage(request.query, seriesPageRule);
        const { tenant } = principalOf(request);
        return listSeries(reads, tenant, { ...filter, sinceUnixMs: toUnixMs(since) }, page);
      },
    );
    instance.get<{ Params: { id: string } }>(
      "/api/v1/series/:id",
      {
        config: { permission: "read" },
        schema: routeSchema({
          summary: "One series with its windows, baseline, detections and change points",
          query: Range,
          response: SeriesDetail,
        }),
      },
      async (request) => {
        const { id } = request.params;
        const { since, until } = parseInput(Range, request.query);
        const { tenant } = principalOf(request);
        const range = { sinceUnixMs: toUnixMs(since), untilUnixMs: toUnixMs(until) };
        const series = await readSeries(reads, tenant, id, range);
        if (series === null) {
          throw new HttpError("not_found", `there is no series ${id.slice(0, 64)}`);
        }
        return series;
      },
    );
  };
}

function toUnixMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}
