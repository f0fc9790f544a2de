import type { Audit } from "../../core/audit/audit.ts";
import type { Principal } from "../../core/auth/principal.ts";
import type { Clock } from "../../core/clock.ts";
import type { Commands } from "../../core/commands/commands.ts";
import { HttpError } from "../../core/http/http-error.ts";
import type { FindingStatus } from "../../core/model/finding.ts";

export interface StatusChange {
  readonly status: FindingStatus;
  readonly reason: string;
  readonly until?: string | undefined;
}

export type SetFindingStatus = (
  principal: Principal,
  findingId: string,
  change: StatusChange,
) => Promise<void>;

export interface SetFindingStatusDependencies {
  readonly commands: Commands;
  readonly audit: Pick<Audit, "append">;
  /** Resolves once readers see the event. */
  readonly projected: (position: number) => Promise<void>;
  readonly clock: Clock;
}

/** Records a person's decision about a finding: a command, an audit entry, then visible. */
export function createSetFindingStatus(
  dependencies: SetFindingStatusDependencies,
): SetFindingStatus {
  const { commands, audit, projected, clock } = dependencies;
  return async (principal, findingId, change) => {
    const stream = `finding/${principal.tenant}/${findingId}`;
    const version = (await commands.read(stream)).at(-1)?.version ?? 0;
    const result = await commands.append(stream, version, {
      type: "status",
      actor: principal.name,
      timeUnixMs: clock.now(),
      data: { ...change },
    });
    if (result.status === "conflict") {
      throw new HttpError("conflict", "somebody else set the status meanwhile; look and repeat");
    }
    await audit.append({
      actor: principal.name,
      action: "finding.status",
      subject: stream,
      data: { ...change },
    });
    await projected(result.event.position);
  };
}
