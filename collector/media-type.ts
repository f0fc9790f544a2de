/** The media type of a `Content-Type` header in lower case, without parameters; `""` for none. */
export function mediaType(header: string | undefined): string {
  return header?.split(";")[0]?.trim().toLowerCase() ?? "";
}
