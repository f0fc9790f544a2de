import { JournalError } from "./journal-error.ts";

/** How long a journal waits for the brokers before it says that they cannot be reached. */
export const patienceMs = 10_000;

/**
 * The result of `work`, which goes on unheard when it takes longer.
 *
 * @throws JournalError naming `what` after `limitMs`; whatever `work` throws before.
 */
export async function within<T>(
  what: string,
  work: Promise<T>,
  limitMs: number = patienceMs,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new JournalError(`waited ${limitMs} ms in vain for ${what}`));
  }, limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
