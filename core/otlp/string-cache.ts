const slotCount = 1024;
const maxCachedBytes = 127;

/**
 * Remembers the strings of one body, so that an attribute key or model name that comes a
 * thousand times is built once. A direct-mapped table of positions: a hit compares bytes, a miss
 * builds the string and takes the slot, so hostile strings cost no more than no cache.
 */
export class StringCache {
  private readonly bytes: Buffer;
  private readonly view: DataView;
  private readonly starts = new Int32Array(slotCount);
  private readonly lengths = new Uint8Array(slotCount);
  /** Index into `texts` of each slot that has a length. */
  private readonly indexes = new Uint16Array(slotCount);
  private readonly texts: string[] = [];

  constructor(bytes: Buffer, view: DataView) {
    this.bytes = bytes;
    this.view = view;
  }

  /** The UTF-8 text of the bytes from `start` to `stop`. */
  text(start: number, stop: number): string {
    const length = stop - start;
    if (length === 0 || length > maxCachedBytes) {
      return this.bytes.toString(undefined, start, stop);
    }
    const slot = this.slotOf(start, stop);
    if (this.lengths[slot] === length && this.same(this.starts[slot] as number, start, length)) {
      return this.texts[this.indexes[slot] as number] as string;
    }
    const text = this.bytes.toString(undefined, start, stop);
    if (this.lengths[slot] === 0) {
      this.indexes[slot] = this.texts.length;
    }
    this.texts[this.indexes[slot] as number] = text;
    this.starts[slot] = start;
    this.lengths[slot] = length;
    return text;
  }

  private slotOf(start: number, stop: number): number {
    const bytes = this.bytes;
    const length = stop - start;
    const middle = bytes[start + (length >>> 1)] as number;
    const quarter = bytes[start + (length >>> 2)] as number;
    const last = bytes[stop - 1] as number;
    return (length ^ (middle << 2) ^ (quarter << 4) ^ (last << 5)) & (slotCount - 1);
  }

  private same(known: number, start: number, length: number): boolean {
    const { bytes, view } = this;
    let offset = 0;
    for (; offset + 4 <= length; offset += 4) {
      if (view.getInt32(known + offset) !== view.getInt32(start + offset)) {
        return false;
      }
    }
    for (; offset < length; offset += 1) {
      if (bytes[known + offset] !== bytes[start + offset]) {
        return false;
      }
    }
    return true;
  }
}
