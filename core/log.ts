import { type Logger, pino } from "pino";

export type { Logger } from "pino";

/** JSON log lines on standard error: standard output belongs to the commands' results. */
export function createLogger(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
