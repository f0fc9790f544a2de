export interface KeyedRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
}

/** What Kafka's compaction leaves of a log: the last record of each key, at its old place. */
export function compact<Entry extends KeyedRecord>(records: readonly Entry[]): Entry[] {
  const last = new Map(records.map((record) => [record.key, record.offset]));
  return records.filter(({ key, offset, value }) => last.get(key) === offset && value !== null);
}
