import type { FastifyInstance } from "fastify";
import type { Audit } from "../../core/audit/audit.ts";
import type { Clock } from "../../core/clock.ts";
import type { Commands } from "../../core/commands/commands.ts";
import type { Store } from "../../core/store/store.ts";
import type { Feedback } from "../feedback.ts";
import { auditRoutes } from "./audit-routes.ts";
import { changesRoutes } from "./changes-routes.ts";
import { consoleRoutes } from "./console-routes.ts";
import { findingsRoutes } from "./findings-routes.ts";
import { proposalsRoutes } from "./proposals-routes.ts";
import { sessionsRoutes } from "./sessions-routes.ts";
import { createSetFindingStatus } from "./set-finding-status.ts";
import { type StatusDependencies, statusRoutes } from "./status-routes.ts";

export interface FeedbackRoutesDependencies extends StatusDependencies {
  readonly reads: Store;
  readonly commands: Commands;
  readonly audit: Audit;
  readonly feedback: Feedback;
  readonly clock: Clock;
}

/** Everything the feedback part serves: findings, changes, proposals, audit, status, console. */
export function feedbackRoutes(dependencies: FeedbackRoutesDependencies) {
  const { feedback, reads } = dependencies;
  const setStatus = createSetFindingStatus({
    ...dependencies,
    projected: (position) => feedback.projected(position),
  });
  return async (instance: FastifyInstance): Promise<void> => {
    await instance.register(findingsRoutes({ reads, setStatus }));
    await instance.register(changesRoutes(dependencies));
    await instance.register(sessionsRoutes(dependencies));
    await instance.register(
      proposalsRoutes({
        reads,
        approve: ({ tenant, name }, id, reason) => feedback.approve(tenant, id, name, reason),
        reject: ({ tenant, name }, id, reason) => feedback.reject(tenant, id, name, reason),
      }),
    );
    await instance.register(auditRoutes(dependencies));
    await instance.register(statusRoutes(dependencies));
    await instance.register(consoleRoutes);
  };
}
