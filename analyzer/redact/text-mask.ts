import { createRedactor } from "./redactor.ts";

/**
 * Masks secrets in what people type, such as reasons: those are kept and shown as well.
 *
 * @param key as of `createRedactor`.
 */
export function createTextMask(key: string): (text: string) => string {
  const redactor = createRedactor(key);
  return (text) => redactor.text(text, "reason", []);
}
