/**
 * A set of numbers that never denies one it has: a blocked Bloom filter in layers.
 *
 * Each number sets six bits of one 64-byte block, so that asking costs one cache line per
 * layer. A full layer (48 numbers per block, about 1 % false positives) is followed by one four
 * times as large, up to 42 MiB in all for 33 million numbers; beyond that false positives grow.
 *
 * Source: Putze, Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007.
 */
export interface SeenFilter {
  add(high: number, low: number): void;
  /** False: never added. True: added, or, rarely, not. */
  mayHave(high: number, low: number): boolean;
}

interface Layer {
  readonly words: Uint32Array;
  readonly blockMask: number;
  readonly capacity: number;
  count: number;
}

const wordsPerBlock = 16;
const numbersPerBlock = 48;
/** Blocks of each layer: 2, 8 and 32 MiB. */
const layerBlocks = [2 ** 15, 2 ** 17, 2 ** 19];

export function createSeenFilter(): SeenFilter {
  const layers = [createLayer(0)];
  return {
    add(high, low) {
      let layer = layers.at(-1) ?? createLayer(0);
      if (layer.count >= layer.capacity && layers.length < layerBlocks.length) {
        layer = createLayer(layers.length);
        layers.push(layer);
      }
      layer.count += 1;
      visitBits(layer, high, low, true);
    },
    mayHave: (high, low) => layers.some((layer) => visitBits(layer, high, low, false)),
  };
}

function createLayer(index: number): Layer {
  const blocks = layerBlocks[index] ?? 1;
  return {
    words: new Uint32Array(blocks * wordsPerBlock),
    blockMask: blocks - 1,
    capacity: blocks * numbersPerBlock,
    count: 0,
  };
}

/** Sets the six bits of a number, or tells whether all of them are set. */
function visitBits(layer: Layer, high: number, low: number, set: boolean): boolean {
  const { words, blockMask } = layer;
  const first = mix(high ^ Math.imul(low, 0x9e37_79b1));
  const second = mix(low ^ first);
  const block = (first & blockMask) * wordsPerBlock;
  // Nine bits choose one of 512: three from each of two mixed numbers.
  for (const source of [second, mix(second ^ 0x85eb_ca6b)]) {
    for (let shift = 0; shift < 27; shift += 9) {
      const position = (source >>> shift) & 511;
      const word = block + (position >>> 5);
      const bit = 1 << (position & 31);
      const held = words[word] ?? 0;
      if (set) {
        words[word] = held | bit;
      } else if ((held & bit) === 0) {
        return false;
      }
    }
  }
  return true;
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output. */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
