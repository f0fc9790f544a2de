import type { AttributeValue, Resource, Scope } from "../../core/model/telemetry.ts";
import {
  dictionaryColumn,
  type MapColumn,
  mapColumn,
  millisecondColumn,
  stringColumn,
} from "../../core/store/native/columns.ts";
import type { NativeBlock, NativeColumns } from "../../core/store/native/native-block.ts";
import { attributeText } from "./attribute-text.ts";

/** Where a row comes from: what the columns `Tenant`, `BatchId` and `ReceivedAt` say. */
export interface RowOrigin {
  readonly tenant: string;
  readonly batchId: string;
  readonly receivedAtUnixMs: number;
}

/** Rows of one table in the making. */
export interface RowBlock {
  readonly rows: number;
  /**
   * Ends the block; it must not be used afterwards.
   *
   * @param keep one byte per row: 0 leaves the row out.
   */
  take(keep?: Uint8Array<ArrayBuffer> | null): NativeBlock;
}

/** Columns that are filled together. */
export interface ColumnGroup<Values extends readonly unknown[]> {
  readonly columns: NativeColumns;
  append(...values: Values): void;
}

export function attributesColumn(expectedBytes?: number): MapColumn<AttributeValue> {
  return mapColumn(attributeText, expectedBytes);
}

/** Columns about the batch. */
export function originColumns(): ColumnGroup<[origin: RowOrigin]> {
  const columns = {
    Tenant: dictionaryColumn(),
    BatchId: stringColumn(),
    ReceivedAt: millisecondColumn(),
  };
  return {
    columns,
    append({ tenant, batchId, receivedAtUnixMs }: RowOrigin): void {
      columns.Tenant.append(tenant);
      columns.BatchId.append(batchId);
      columns.ReceivedAt.append(Math.trunc(receivedAtUnixMs));
    },
  };
}

/** Columns about the resource and the scope that every signal has. */
export function sourceColumns(): ColumnGroup<[resource: Resource, scope: Scope, service: string]> {
  const columns = {
    ServiceName: dictionaryColumn(),
    ResourceAttributes: attributesColumn(),
    ResourceSchemaUrl: dictionaryColumn(),
    ScopeName: stringColumn(),
    ScopeVersion: stringColumn(),
    ScopeSchemaUrl: dictionaryColumn(),
  };
  return {
    columns,
    append(resource: Resource, scope: Scope, service: string): void {
      columns.ServiceName.append(service);
      columns.ResourceAttributes.append(resource.attributes);
      columns.ResourceSchemaUrl.append(resource.schemaUrl);
      columns.ScopeName.append(scope.name);
      columns.ScopeVersion.append(scope.version);
      columns.ScopeSchemaUrl.append(scope.schemaUrl);
    },
  };
}
