import { median } from "simple-statistics";

const neighborCells = 2;

/**
 * Difference of each cell from the median of the same time of day, two cells to either side, on
 * the days before it, in the units of the values; NaN where there is nothing to compare.
 * Each cell sees earlier days only. O(cells · days).
 */
export function seasonalResiduals(
  values: Float64Array,
  { perDay, daysBack }: { readonly perDay: number; readonly daysBack: number },
): Float64Array {
  return values.map((value, cell) => {
    const same: number[] = [];
    for (let day = 1; day <= daysBack && !Number.isNaN(value); day++) {
      for (let beside = -neighborCells; beside <= neighborCells; beside++) {
        const earlier = values[cell - day * perDay + beside] ?? Number.NaN;
        if (!Number.isNaN(earlier) && beside < day * perDay) {
          same.push(earlier);
        }
      }
    }
    return same.length === 0 ? Number.NaN : value - median(same);
  });
}
