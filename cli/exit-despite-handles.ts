/** Long enough for what was written to standard output and error to be read. */
const graceMs = 2_000;

/**
 * Lets the process end now that its work is done. Usually it ends by itself; a connection that a
 * library could not close (a member of a Kafka group whose leaving was not answered in time) must
 * not keep it: then it is ended, with the exit code that was set.
 */
export function exitDespiteHandles(): void {
  setTimeout(() => process.exit(), graceMs).unref();
}
