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
  /** Masks secrets in what people write: reasons are kept in the logs of commands and audit. */
  readonly mask: (text: string) => string;
}

/** Everything the feedback part serves: findings, changes, proposals, audit, status, console. */
export function feedbackRoutes(dependencies: FeedbackRoutesDependencies) {
  const { feedback, reads, mask } = dependencies;
  const setStatus = createSetFindingStatus({
    ...dependencies,
    projected: (position) => feedback.projected(position),
  });
  return async (instance: FastifyInstance): Promise<void> => {
    await instance.register(
      findingsRoutes({
        reads,
        setStatus: (principal, id, change) =>
          setStatus(principal, id, { ...change, reason: mask(change.reason) }),
      }),
    );
    await instance.register(changesRoutes(dependencies));
    await instance.register(sessionsRoutes(dependencies));
    await instance.register(
      proposalsRoutes({
        reads,
        approve: ({ tenant, name }, id, reason) => feedback.approve(tenant, id, name, mask(reason)),
        reject: ({ tenant, name }, id, reason) => feedback.reject(tenant, id, name, mask(reason)),
      }),
    );
    await instance.register(auditRoutes(dependencies));
    await instance.register(statusRoutes(dependencies));
    await instance.register(consoleRoutes);
  };
}
