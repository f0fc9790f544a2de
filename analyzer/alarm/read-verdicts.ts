import type { Clock } from "../../core/clock.ts";
import type { Store } from "../../core/store/store.ts";

/** How often people called alarms of a series false, by tenant and series. */
export type FalseVerdicts = ReadonlyMap<string, number>;

const falseVerdicts = `
  SELECT d.Tenant AS Tenant, d.Series AS Series, toUInt32(uniqExact(f.Id)) AS Verdicts
  FROM (
    SELECT Tenant, Id, Fingerprint, FirstSeen, LastSeen FROM findings FINAL
    WHERE (Tenant, Id) IN (
      SELECT Tenant, FindingId FROM finding_status FINAL WHERE Status = 'false_positive'
    )
  ) AS f
  INNER JOIN (
    SELECT Tenant, Fingerprint, Series, Time FROM detections FINAL
    WHERE Stage = 'series' AND Retracted = 0 AND (Tenant, Fingerprint) IN (
      SELECT Tenant, Fingerprint FROM findings FINAL
      WHERE (Tenant, Id) IN (
        SELECT Tenant, FindingId FROM finding_status FINAL WHERE Status = 'false_positive'
      )
    )
  ) AS d ON d.Tenant = f.Tenant AND d.Fingerprint = f.Fingerprint
  WHERE d.Time >= f.FirstSeen AND d.Time <= f.LastSeen
  GROUP BY Tenant, Series
  ORDER BY Tenant, Series`;

interface VerdictRow {
  readonly Tenant: string;
  readonly Series: string;
  readonly Verdicts: number;
}

export interface VerdictReader {
  /** At most a minute old. */
  read(): Promise<FalseVerdicts>;
}

const maxAgeMs = 60_000;

export function createVerdictReader(store: Store, clock: Clock): VerdictReader {
  let verdicts: FalseVerdicts = new Map();
  let readAtUnixMs = -Infinity;
  return {
    async read() {
      if (clock.now() - readAtUnixMs >= maxAgeMs) {
        verdicts = await readFalseVerdicts(store);
        readAtUnixMs = clock.now();
      }
      return verdicts;
    },
  };
}

/** Reads what people said of findings on series: a false positive concerns its series alone. */
export async function readFalseVerdicts(store: Store): Promise<FalseVerdicts> {
  const rows = await store.query<VerdictRow>(falseVerdicts);
  return new Map(
    rows.map(({ Tenant, Series, Verdicts }) => [verdictKey(Tenant, Series), Verdicts]),
  );
}

/** Key of a series among the verdicts. */
export function verdictKey(tenant: string, series: string): string {
  return JSON.stringify([tenant, series]);
}
