/** LMDB keys end at 1,978 bytes; a stream's name shares its key with the version. */
const maxStreamBytes = 1024;

/** @throws RangeError for a name that is empty or too long. */
export function checkStream(stream: string): void {
  const bytes = Buffer.byteLength(stream);
  if (bytes === 0 || bytes > maxStreamBytes) {
    throw new RangeError(`expected a stream name of 1 to ${maxStreamBytes} bytes, got ${bytes}`);
  }
}
