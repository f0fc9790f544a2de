import type { Clock } from "../../core/clock.ts";
import type { CommandEvent, Commands, StoredEvent } from "../../core/commands/commands.ts";
import type { FindingStatus } from "../../core/model/finding.ts";
import { recomputedReason } from "./read-history.ts";

export interface StatusData {
  readonly status: FindingStatus;
  readonly reason: string;
  /** RFC 3339, or `null` without an end. */
  readonly until: string | null;
}

/** Status changes that follow from data and not from a person's decision. */
export interface FindingStatusWriter {
  /** Resolves a finding that no longer follows; a person's false positive stays one. */
  withdraw(tenant: string, findingId: string): Promise<void>;
  /** Opens a finding again that was withdrawn and follows again. */
  restore(tenant: string, findingId: string): Promise<void>;
  /** Gives a finding that nobody judged yet the judgement of the one it replaces. */
  inherit(tenant: string, findingId: string, data: StatusData): Promise<void>;
}

const maxAttempts = 5;

/** Writes `status` events to the streams `finding/<tenant>/<id>`, as actor `telltale`. */
export function createFindingStatusWriter(commands: Commands, clock: Clock): FindingStatusWriter {
  async function change(
    tenant: string,
    findingId: string,
    decide: (current: StoredEvent | undefined) => StatusData | null,
  ): Promise<void> {
    const stream = `finding/${tenant}/${findingId}`;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const events = await commands.read(stream);
      const data = decide(events.findLast((event) => event.type === "status"));
      if (data === null) {
        return;
      }
      const event: CommandEvent = {
        type: "status",
        actor: "telltale",
        timeUnixMs: clock.now(),
        data: { ...data },
      };
      const result = await commands.append(stream, events.at(-1)?.version ?? 0, event);
      if (result.status === "done") {
        return;
      }
    }
    throw new Error(`expected to append to ${stream} within ${maxAttempts} attempts`);
  }

  return {
    withdraw: (tenant, findingId) =>
      change(tenant, findingId, (current) => {
        const status = current?.data["status"];
        return status === "resolved" || status === "false_positive"
          ? null
          : { status: "resolved", reason: recomputedReason, until: null };
      }),
    restore: (tenant, findingId) =>
      change(tenant, findingId, (current) =>
        current?.data["status"] === "resolved" && current.data["reason"] === recomputedReason
          ? { status: "open", reason: recomputedReason, until: null }
          : null,
      ),
    inherit: (tenant, findingId, data) =>
      change(tenant, findingId, (current) => (current === undefined ? data : null)),
  };
}
