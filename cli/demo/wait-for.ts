import { UserError } from "../user-error.ts";

const pollMs = 200;
const patienceMs = 90_000;

/** Asks until there is an answer. */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new UserError(`Waited ${patienceMs / 1000} s in vain for ${what}.`);
}
