import { readFileSync } from "node:fs";

/** Ticks per second of `/proc/<pid>/stat`; 100 on every Linux of the last decades. */
const ticksPerSecond = 100;

/** What the kernel says of a process (Linux only). */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  /** Resident set size, bytes. */
  readonly residentBytes: number;
  /** Greatest resident set size so far, bytes. */
  readonly peakResidentBytes: number;
}

export function processUsage(pid: number): ProcessUsage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Fields after the parenthesised name; utime and stime are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  function kilobytes(name: string): number {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  }
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    residentBytes: kilobytes("VmRSS"),
    peakResidentBytes: kilobytes("VmHWM"),
  };
}
