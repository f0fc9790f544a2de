/**
 * Frees the memory of bytes that nobody will read again. Waiting for the garbage collector would
 * make it run for this memory's sake, and hold more of it meanwhile. Small buffers may lie in
 * the pool that Node shares, so they are left alone.
 */
export function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) {
    buffer.transfer(0);
  }
}
