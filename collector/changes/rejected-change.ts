/** Why one change event was refused; programs compare the reason, people read the message. */
export const changeRejections = [
  "not_an_object",
  "unknown_kind",
  "missing_id",
  "missing_revision",
  "missing_time",
  "missing_type",
  "bad_id",
  "bad_revision",
  "bad_time",
  "bad_status",
  "bad_data",
  "bad_digest",
  "bad_signature",
  "wrong_type",
  "too_long",
  "too_many",
  "time_out_of_range",
  "unsupported_specversion",
  "unsupported_type",
  "id_taken",
] as const;

export type ChangeRejection = (typeof changeRejections)[number];

/** One change event is refused; the others of the request are not touched. */
export class RejectedChange extends Error {
  override readonly name = "RejectedChange";
  readonly reason: ChangeRejection;
  constructor(reason: ChangeRejection, message: string) {
    super(message);
    this.reason = reason;
  }
}
