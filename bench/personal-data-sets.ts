/**
 * Entities of the set `presidio_recognizers` that are no finding here: dates, addresses of pages
 * and postal codes name nobody, and addresses of the Internet stand in every log.
 */
export const unsupportedPersonalData: ReadonlySet<string> = new Set([
  "DATE_TIME",
  "URL",
  "DE_PLZ",
  "UK_POSTCODE",
  "IP_ADDRESS",
]);
