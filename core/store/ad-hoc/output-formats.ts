import { AdHocRefusedError } from "./ad-hoc-error.ts";

const plainText = "text/plain; charset=UTF-8";
const csv = "text/csv; charset=UTF-8; header=absent";
const csvWithHeader = "text/csv; charset=UTF-8; header=present";
const tsv = "text/tab-separated-values; charset=UTF-8";
const json = "application/json; charset=UTF-8";
const ndjson = "application/x-ndjson; charset=UTF-8";
const binary = "application/octet-stream";

/** Output formats by name, with the content type ClickHouse's HTTP interface gives them. */
const contentTypes: ReadonlyMap<string, string> = new Map([
  ["Arrow", "application/vnd.apache.arrow.file"],
  ["ArrowStream", "application/vnd.apache.arrow.stream"],
  ["CSV", csv],
  ["CSVWithNames", csvWithHeader],
  ["CSVWithNamesAndTypes", csvWithHeader],
  ["JSON", json],
  ["JSONColumns", json],
  ["JSONColumnsWithMetadata", json],
  ["JSONCompact", json],
  ["JSONCompactColumns", json],
  ["JSONCompactEachRow", ndjson],
  ["JSONCompactEachRowWithNames", ndjson],
  ["JSONCompactEachRowWithNamesAndTypes", ndjson],
  ["JSONCompactStrings", json],
  ["JSONCompactStringsEachRow", ndjson],
  ["JSONEachRow", ndjson],
  ["JSONLines", ndjson],
  ["JSONObjectEachRow", json],
  ["JSONStrings", json],
  ["JSONStringsEachRow", ndjson],
  ["Markdown", "text/markdown; charset=UTF-8"],
  ["NDJSON", ndjson],
  ["Native", binary],
  ["Null", plainText],
  ["Parquet", binary],
  ["Pretty", plainText],
  ["PrettyCompact", plainText],
  ["PrettyCompactMonoBlock", plainText],
  ["PrettyJSONEachRow", plainText],
  ["PrettyNoEscapes", plainText],
  ["PrettySpace", plainText],
  ["RowBinary", binary],
  ["RowBinaryWithNames", binary],
  ["RowBinaryWithNamesAndTypes", binary],
  ["TSV", tsv],
  ["TSVRaw", tsv],
  ["TSVWithNames", tsv],
  ["TSVWithNamesAndTypes", tsv],
  ["TabSeparated", tsv],
  ["TabSeparatedRaw", tsv],
  ["TabSeparatedWithNames", tsv],
  ["TabSeparatedWithNamesAndTypes", tsv],
  ["Values", plainText],
  ["Vertical", plainText],
  ["XML", "application/xml; charset=UTF-8"],
]);

/**
 * The content type of an output format.
 *
 * @throws AdHocRefusedError for a format that is unknown or that could do more than print.
 */
export function contentTypeOf(format: string): string {
  const contentType = contentTypes.get(format);
  if (contentType === undefined) {
    throw new AdHocRefusedError(`expected an output format of ClickHouse, got ${format}`, {
      code: "73",
      type: "UNKNOWN_FORMAT",
    });
  }
  return contentType;
}
