import { type Migration, readMigrations } from "../store/migrate.ts";
import { createdTable } from "../store/migration-template.ts";
import { classOfPlaceholder, type RetentionClass } from "./retention-days.ts";

/** A table whose rows grow old. */
export interface RetainedTable {
  readonly table: string;
  /** SQL expression of a row's age, a DateTime; from our own migrations. */
  readonly time: string;
  readonly class: RetentionClass;
}

/** Every table with a retention, as its migration says; a new table needs no line elsewhere. */
export function retainedTables(
  migrations: readonly Migration[] = readMigrations(),
): RetainedTable[] {
  return migrations.flatMap(({ sql }) => {
    const table = createdTable(sql);
    const [, time, placeholder] = /^TTL (.+) \+ INTERVAL \{\{(\w+)\}\} DAY$/m.exec(sql) ?? [];
    if (table === null || time === undefined || placeholder === undefined) {
      return [];
    }
    const of = classOfPlaceholder(placeholder, table);
    return of === null ? [] : [{ table, time, class: of }];
  });
}
