/** Text that was hidden in another, with the range of its carrier. */
export interface DecodedView {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly encoding:
    | "tags"
    | "selectors"
    | "bits"
    | "reversed"
    | "folded"
    | "spaced"
    | "unescaped"
    | "base64"
    | "hex"
    | "percent"
    | "rot13";
}
