import * as fc from "fast-check";
import { webhookForges } from "../../../collector/webhooks/forges.ts";
import { readDelivery } from "../../../collector/webhooks/read-delivery.ts";
import { Config } from "../../../core/config/config.ts";

const config = Config.parse({});
const now = Date.parse("2026-11-20T12:00:00Z");
const context = {
  repository: { fullName: "acme/shop", url: "https://git.example/acme/shop" },
  service: "shop",
  releases: "deployment",
  releaseEnvironment: "",
} as const;

const names = [
  "object_attributes",
  "commits",
  "commit",
  "pull_request",
  "deployment",
  "deployment_status",
  "release",
  "review",
  "workflow_run",
  "action",
  "status",
  "__proto__",
  "constructor",
];

/** Payloads with the members the readers look for, holding anything at all. */
const payloads = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }));
const actions = fc.constantFrom("opened", "closed", "submitted", "published", "completed", "open");

describe.each(webhookForges)("$name", (forge) => {
  it.each(Object.keys(forge.events))("reads anything as %s without throwing", (event) => {
    fc.assert(
      fc.property(payloads, actions, (payload, action) => {
        const delivery = { forge, event, payload: { ...payload, action }, context, tenant: "acme" };
        const read = readDelivery(delivery, now, config);
        for (const { change } of read.accepted) {
          expect(change).toMatchObject({ tenant: "acme", source: forge.name });
        }
      }),
      { numRuns: 200 },
    );
  });

  it("finds no event on a prototype", () => {
    for (const event of ["constructor", "__proto__", "toString"]) {
      const delivery = { forge, event, payload: {}, context, tenant: "acme" };
      expect(readDelivery(delivery, now, config)).toEqual({
        accepted: [],
        rejected: [],
        ignored: 1,
      });
    }
  });
});
