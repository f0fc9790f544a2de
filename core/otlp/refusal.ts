import type { Signal } from "../model/telemetry.ts";
import { maxObjectsPerRequest, type RecordLimits } from "./limits.ts";
import { OtlpDecodeError } from "./otlp-decode-error.ts";

/**
 * Why a record is refused, as bits, so that a scan gathers several in one number. A record is
 * counted under its lowest bit: the same record gives the same reason in both encodings.
 */
export const refusal = {
  invalidId: 1,
  invalidEnum: 2,
  timeOutOfRange: 4,
  invalidUtf8: 8,
  tooDeep: 16,
} as const;

/** What a scan found out about a request. */
export interface ScanResult {
  readonly accepted: number;
  /** Refused records by reason. */
  readonly rejected: Record<string, number>;
  /** Ascending, 0-based, in body order. */
  readonly rejectedOrdinals: number[];
  /** English, for `partial_success.error_message`; empty when nothing was refused. */
  readonly message: string;
}

interface Reason {
  readonly bit: number;
  readonly code: string;
  readonly explain: (limits: RecordLimits) => string;
}

const reasons: readonly Reason[] = [
  {
    bit: refusal.invalidId,
    code: "invalid_id",
    explain: () => "a trace id has 16 bytes, a span id 8, neither all zero",
  },
  {
    bit: refusal.invalidEnum,
    code: "invalid_enum",
    explain: () => "OTLP JSON gives enums as integers",
  },
  {
    bit: refusal.timeOutOfRange,
    code: "time_out_of_range",
    explain: ({ oldestUnixNano, newestUnixNano }) =>
      `accepted from ${rfc3339(oldestUnixNano)} to ${rfc3339(newestUnixNano)}`,
  },
  {
    bit: refusal.invalidUtf8,
    code: "invalid_utf8",
    explain: () => "a string is not valid UTF-8",
  },
  {
    bit: refusal.tooDeep,
    code: "too_deep",
    explain: ({ maxDepth }) => `a value is nested more than ${maxDepth} deep`,
  },
];

const nouns = { traces: "spans", logs: "log records", metrics: "data points" } as const;

/** Counts the records of a request in body order. */
export class RefusalTally {
  private total = 0;
  private readonly rejectedOrdinals: number[] = [];
  private readonly counts = new Map<number, number>();

  /** Takes the refusal bits of the next record; 0 accepts it. */
  add(flags: number): void {
    if (flags !== 0) {
      const lowest = flags & -flags;
      this.counts.set(lowest, (this.counts.get(lowest) ?? 0) + 1);
      this.rejectedOrdinals.push(this.total);
    }
    this.total += 1;
    if (this.total > maxObjectsPerRequest) {
      throw new OtlpDecodeError(`expected at most ${maxObjectsPerRequest} records, got more`);
    }
  }

  result(signal: Signal, limits: RecordLimits): ScanResult {
    const found = reasons.filter(({ bit }) => this.counts.has(bit));
    const rejected = found.map(({ bit, code }) => [code, this.counts.get(bit) ?? 0] as const);
    const refused = this.rejectedOrdinals.length;
    const parts = found.map(
      ({ bit, code, explain }) => `${this.counts.get(bit)} ${code} (${explain(limits)})`,
    );
    return {
      accepted: this.total - refused,
      rejected: Object.fromEntries(rejected),
      rejectedOrdinals: this.rejectedOrdinals,
      message:
        refused === 0
          ? ""
          : `refused ${refused} of ${this.total} ${nouns[signal]}: ${parts.join("; ")}`,
    };
  }
}

function rfc3339(unixNano: bigint): string {
  return new Date(Number(unixNano / 1_000_000n)).toISOString();
}
