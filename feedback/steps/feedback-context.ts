import type { Clock } from "../../core/clock.ts";
import type { Config, Repository } from "../../core/config/config.ts";
import type { Logger } from "../../core/log.ts";
import type { Store } from "../../core/store/store.ts";
import type { Forge } from "../forge/forge.ts";
import type { Ledger } from "../proposals/ledger.ts";
import type { NewProposalEvent } from "../proposals/proposal-commands.ts";
import type { DraftData, ProposalEventType } from "../proposals/proposal-event.ts";

/** What every step of the loop works with. */
export interface FeedbackContext {
  readonly reads: Store;
  readonly config: Config["feedback"];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ledger: Ledger;
  readonly forge: Forge;
  /** Starts a proposal; false when it exists already. Audited and projected when resolved. */
  draft(tenant: string, id: string, data: DraftData): Promise<boolean>;
  /** Appends an event to a proposal. Audited and projected when resolved. */
  record<Type extends ProposalEventType>(
    tenant: string,
    id: string,
    event: NewProposalEvent<Type>,
  ): Promise<void>;
}

/** Runs a step for each item; one that fails is logged and keeps no other from its turn. */
export async function forEachAlone<Item>(
  { logger }: Pick<FeedbackContext, "logger">,
  items: Iterable<Item>,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    try {
      await run(item);
    } catch (error) {
      logger.error({ err: error }, "Feedback step failed for one item");
    }
  }
}

/**
 * The repository that a service is deployed from. The answer comes from the configuration
 * alone, never from telemetry; a single repository without a list of services serves them all.
 */
export function repositoryOf(
  repositories: readonly Repository[],
  service: string,
): Repository | null {
  const named = repositories.find(({ services }) => services.includes(service));
  const [only] = repositories;
  const servesAll = repositories.length === 1 && only?.services.length === 0;
  return named ?? (servesAll ? (only ?? null) : null);
}

export function repositoryById(
  repositories: readonly Repository[],
  id: string,
): Repository | undefined {
  return repositories.find((repository) => repository.id === id);
}
