/** A fingerprint with something new, and the event time of the earliest new detection. */
export interface Touched {
  readonly tenant: string;
  readonly fingerprint: string;
  readonly fromUnixMs: number;
}

/** Fingerprints whose findings are to be refreshed, and from when on they may be. */
export interface PendingFingerprints {
  touch(news: readonly Touched[]): void;
  /** What may be refreshed now, by tenant, in groups of at most 200. */
  due(nowUnixMs: number): (readonly [tenant: string, group: readonly Touched[]])[];
  /** Takes refreshed ones out; a large one has to pause before its next turn. */
  done(touched: Touched, occurrences: number, nowUnixMs: number): void;
  /** Keeps one pending that could not be refreshed, until a time. */
  postpone(touched: Touched, untilUnixMs: number): void;
}

const fingerprintsPerGroup = 200;

// Reading a fingerprint's detections costs about a second per million: at most a few percent
// of the time goes to one that is being flooded. Small ones are never put off.
const occurrencesPerMillisecond = 20;
const smallOccurrences = 2000;

export function createPendingFingerprints(): PendingFingerprints {
  const pending = new Map<string, Touched>();
  const notBefore = new Map<string, number>();

  return {
    touch(news) {
      for (const touched of news) {
        const key = keyOf(touched);
        const fromUnixMs = Math.min(pending.get(key)?.fromUnixMs ?? Infinity, touched.fromUnixMs);
        pending.set(key, { ...touched, fromUnixMs });
      }
    },

    due(nowUnixMs) {
      const due = [...pending].filter(([key]) => (notBefore.get(key) ?? 0) <= nowUnixMs);
      const byTenant = Map.groupBy(
        due.map(([, touched]) => touched),
        ({ tenant }) => tenant,
      );
      return [...byTenant].flatMap(([tenant, all]) =>
        Array.from({ length: Math.ceil(all.length / fingerprintsPerGroup) }, (_, i) => {
          const start = i * fingerprintsPerGroup;
          return [tenant, all.slice(start, start + fingerprintsPerGroup)] as const;
        }),
      );
    },

    done(touched, occurrences, nowUnixMs) {
      const key = keyOf(touched);
      pending.delete(key);
      if (occurrences > smallOccurrences) {
        notBefore.set(key, nowUnixMs + occurrences / occurrencesPerMillisecond);
      } else {
        notBefore.delete(key);
      }
    },

    postpone(touched, untilUnixMs) {
      notBefore.set(keyOf(touched), untilUnixMs);
    },
  };
}

function keyOf({ tenant, fingerprint }: Touched): string {
  return `${tenant}/${fingerprint}`;
}
