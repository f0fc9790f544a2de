import { z } from "zod";
import type { ChangeDetails, ChangeKind } from "../../core/model/change.ts";
import { columnTypes } from "../../core/model/dataset-profile.ts";
import { type Fields, readObject } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { readBill } from "./read-bill.ts";

/** Greatest size of details as JSON, without a bill of materials or a profile. */
const maxDetailsLength = 65_536;

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const scalar = z.union([z.number(), z.string().max(256)]).nullable();

const column = z.object({
  name: z.string().min(1).max(256),
  type: z.enum(columnTypes).default("other"),
  count,
  nulls: count.default(0),
  distinct: count.nullable().default(null),
  min: scalar.default(null),
  max: scalar.default(null),
  mean: z.number().nullable().default(null),
  quantiles: z
    .array(z.object({ q: z.number().min(0).max(1), value: z.number() }))
    .max(101)
    .refine(isRising, { error: "expected quantiles that rise in q and in value" })
    .default([]),
  topValues: z
    .array(z.object({ value: z.string().max(256), count }))
    .max(100)
    .default([]),
});

const profile = z.object({
  rows: count,
  columns: z
    .array(column)
    .max(500)
    .refine((columns) => new Set(columns.map(({ name }) => name)).size === columns.length, {
      error: "expected each column once",
    }),
  duplicates: z
    .array(z.object({ hash: z.string().regex(/^[0-9a-f]{8,128}$/i), count: count.min(2) }))
    .max(1000)
    .default([]),
});

function isRising(quantiles: readonly { readonly q: number; readonly value: number }[]): boolean {
  return quantiles.every(({ q, value }, i) => {
    const before = quantiles[i - 1];
    return before === undefined || (q > before.q && value >= before.value);
  });
}

const text = z.string().max(1024);

/** Where a model comes from; members that are not listed stay as they are. */
const modelProvenance = z.looseObject({
  digest: z
    .string()
    .regex(/^sha(?:256|384|512):[0-9a-f]{64,128}$/, { error: "expected sha256:<64 hex>" })
    .optional(),
  source: text.optional(),
  license: text.optional(),
  baseModel: text.optional(),
  trainingDataset: text.optional(),
  provider: text.optional(),
  parameters: z.union([z.number(), text]).optional(),
});

/**
 * The details of a change by its kind: a data set's column profile and a model's provenance are
 * checked, and `sbom` beside a deployment becomes `details.bill`.
 *
 * @throws RejectedChange
 */
export function readDetails(kind: ChangeKind, fields: Fields): ChangeDetails {
  // These are what this program read, verified or joined, never what a sender calls so.
  const {
    bill: _bill,
    verified: _verified,
    revisionFrom: _revisionFrom,
    ...said
  } = readObject(fields, "details") ?? {};
  if (kind === "dataset") {
    return readDatasetDetails(said);
  }
  if (kind === "model") {
    return bounded(check(modelProvenance, said, "details"));
  }
  const carriesBill = kind === "deployment" || kind === "artifact";
  const sbom = carriesBill ? readObject(fields, "sbom") : null;
  return sbom === null ? bounded(said) : { ...bounded(said), bill: readBill(sbom) };
}

function readDatasetDetails({ profile: given, ...rest }: Fields): ChangeDetails {
  return given === undefined || given === null
    ? bounded(rest)
    : { ...bounded(rest), profile: check(profile, given, "details.profile") };
}

/** Digests that the details of a kind name: those of a model's weights. */
export function artifactsInDetails(kind: ChangeKind, details: ChangeDetails): string[] {
  const digest = kind === "model" ? details["digest"] : undefined;
  return typeof digest === "string" ? [digest] : [];
}

function bounded(details: Fields): ChangeDetails {
  const length = JSON.stringify(details).length;
  if (length > maxDetailsLength) {
    throw new RejectedChange(
      "too_long",
      `details: expected at most ${maxDetailsLength} characters of JSON, got ${length}`,
    );
  }
  return details;
}

/** The first problem in words, with where it is; never with the value, which may be a secret. */
function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = [where, ...(issue?.path ?? []).map(String)].join(".");
    throw new RejectedChange("bad_data", `${path.slice(0, 200)}: ${issue?.message ?? "not valid"}`);
  }
  return result.data;
}
