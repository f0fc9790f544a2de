import type { IncomingHttpHeaders } from "node:http";
import type { Fields } from "../changes/read-fields.ts";

export type ForgeName = "github" | "gitlab" | "gitea";

/** The repository a delivery speaks for. */
export interface ForgeRepository {
  /** Such as `acme/shop`. */
  readonly fullName: string;
  /** Its page, which names the repository in changes. */
  readonly url: string;
}

/** What a reader of events may use beside the payload. */
export interface EventContext {
  readonly repository: ForgeRepository;
  /** `service.name` of what is deployed from the repository, unless the payload names another. */
  readonly service: string;
  readonly releases: "deployment" | "ignore";
  readonly releaseEnvironment: string;
}

/**
 * Turns one event into changes in the native form, which `readNativeChange` then checks like
 * those of any other sender. An action that changes nothing gives an empty list. Never throws.
 */
export type EventReader = (payload: Fields, context: EventContext) => readonly Fields[];

/** Bytes and headers of a delivery, and the time it came. */
export interface SignedDelivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  readonly nowUnixMs: number;
}

/** One forge's way of signing, naming and writing events. */
export interface WebhookForge {
  readonly name: ForgeName;
  /** Headers that carry a signature; a delivery with none of them is refused unread. */
  readonly signatureHeaders: readonly string[];
  /** Whether the delivery was signed with this secret. Takes the same time right or wrong. */
  verify(delivery: SignedDelivery, secret: string): boolean;
  /** Name of the event as its documentation writes it; `""` when the delivery names none. */
  eventOf(headers: IncomingHttpHeaders, payload: Fields): string;
  repositoryOf(payload: Fields): ForgeRepository;
  readonly events: Readonly<Record<string, EventReader>>;
}

/** The first value of a header, or `""`. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
