import kafkajs, { type logCreator } from "kafkajs";
import type { Logger } from "../../log.ts";

/** Said of every idempotent producer with fewer retries than for ever; the queue repeats itself. */
const eosWarning = "Limiting retries for the idempotent producer";

/**
 * kafkajs' log lines in ours, one level lower: it calls every reconnection an error, and what
 * matters surfaces as a failed call. Only message and error are kept, never what was sent.
 */
export function kafkajsLog(logger: Logger): logCreator {
  const { ERROR, WARN } = kafkajs.logLevel;
  return () =>
    ({ namespace, level, log }) => {
      const fields = { part: `kafkajs/${namespace}`, error: textOf(log["error"]) };
      if (level === ERROR) {
        logger.warn(fields, log.message);
      } else if (level === WARN && !log.message.startsWith(eosWarning)) {
        logger.info(fields, log.message);
      } else {
        logger.debug(fields, log.message);
      }
    };
}

function textOf(error: unknown): string | undefined {
  if (typeof error === "string") {
    return error;
  }
  return error instanceof Error ? error.message : undefined;
}
