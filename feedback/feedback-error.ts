/** What the feedback part refuses, each with the HTTP status that the API answers. */
export const feedbackErrors = {
  PROPOSAL_NOT_FOUND: { httpStatus: 404, retryable: false },
  PROPOSAL_WRONG_STATE: { httpStatus: 409, retryable: false },
  PROPOSAL_CONFLICT: { httpStatus: 409, retryable: true },
  APPROVER_IS_PROPOSER: { httpStatus: 403, retryable: false },
  REASON_MISSING: { httpStatus: 400, retryable: false },
} as const;

export type FeedbackErrorCode = keyof typeof feedbackErrors;

/** Thrown by commands on proposals; `httpStatus` is the answer of the API. */
export class FeedbackError extends Error {
  override readonly name = "FeedbackError";
  readonly code: FeedbackErrorCode;
  readonly httpStatus: (typeof feedbackErrors)[FeedbackErrorCode]["httpStatus"];
  readonly retryable: boolean;
  constructor(code: FeedbackErrorCode, message: string) {
    super(message);
    this.code = code;
    this.httpStatus = feedbackErrors[code].httpStatus;
    this.retryable = feedbackErrors[code].retryable;
  }
}
