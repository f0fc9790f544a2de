import type { Bill } from "../../core/model/bill.ts";
import type { Fields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { objectOf, objectsOf, textOf } from "./component.ts";
import { looksLikeCycloneDx, readCycloneDx } from "./read-cyclonedx.ts";
import { looksLikeSpdx, readSpdx } from "./read-spdx.ts";
import { looksLikeSpdx3, readSpdx3 } from "./read-spdx3.ts";

export function looksLikeBill(document: Fields): boolean {
  return looksLikeCycloneDx(document) || looksLikeSpdx(document) || looksLikeSpdx3(document);
}

/**
 * Reads a bill of materials: CycloneDX 1.x, SPDX 2.x or SPDX 3.0, as JSON.
 *
 * @throws RejectedChange
 */
export function readBill(document: Fields): Bill {
  if (looksLikeCycloneDx(document)) {
    return readCycloneDx(document);
  }
  if (looksLikeSpdx(document)) {
    return readSpdx(document);
  }
  if (looksLikeSpdx3(document)) {
    return readSpdx3(document);
  }
  throw new RejectedChange(
    "bad_data",
    "expected a bill of materials: CycloneDX 1.x, SPDX 2.x or SPDX 3.0 as JSON",
  );
}

/** When the document says it was made, RFC 3339, or empty. */
export function billTime(document: Fields): string {
  const creation = objectsOf(document, "@graph").find((each) => Object.hasOwn(each, "created"));
  return (
    textOf(objectOf(document, "metadata"), "timestamp") ||
    textOf(objectOf(document, "creationInfo"), "created") ||
    textOf(creation, "created")
  );
}
