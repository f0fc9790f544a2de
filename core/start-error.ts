/** A start that failed for a reason the user can mend; the message says how. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Runs `open`; what it throws becomes a StartError with the same words. */
export async function inWords<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new StartError(error instanceof Error ? error.message : String(error));
  }
}
