const maxLength = 200;

/**
 * Why a record was refused, without words of the record: ClickHouse and decoders quote what they
 * choked on. Everything from the first quotation on is left out.
 */
export function shownReason(reason: string): string {
  const [line = ""] = reason.split("\n", 1);
  const plain = line
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, " ")
    .replace(/\s*(?:["'`«“‘<{[]|\bbefore:|\bvalue:|\bgot\b).*$/su, "")
    .trim();
  return plain === "" ? "refused" : plain.slice(0, maxLength);
}
