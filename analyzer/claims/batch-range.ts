/** The part of a topic's partition that a batch id of the shared queue names. */
export interface BatchRange {
  /** `<topic>-<partition>` */
  readonly source: string;
  /** First and last offset. */
  readonly from: number;
  readonly to: number;
}

/** `null` for an id that names no range, as those of the embedded queue. */
export function parseBatchRange(batchId: string): BatchRange | null {
  const match = /^(.+-\d+)-(\d+)-(\d+)$/.exec(batchId);
  return match === null
    ? null
    : { source: match[1] ?? "", from: Number(match[2]), to: Number(match[3]) };
}

/** Whether two ranges share records. */
export function overlaps(one: BatchRange | null, other: BatchRange | null): boolean {
  return (
    one !== null &&
    other !== null &&
    one.source === other.source &&
    one.from <= other.to &&
    other.from <= one.to
  );
}
