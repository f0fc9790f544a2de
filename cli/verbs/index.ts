import type { Command } from "commander";

type Register = (program: Command) => void;

/**
 * One file a verb; a new one is a file and a line here. Each is loaded only when it is used: the
 * service should not hold the demo's or the benchmarks' code in memory.
 */
export const verbs: Readonly<Record<string, () => Promise<Register>>> = {
  up: async () => (await import("./up.ts")).registerUp,
  demo: async () => (await import("./demo.ts")).registerDemo,
  replay: async () => (await import("./replay.ts")).registerReplay,
  scan: async () => (await import("./scan.ts")).registerScan,
  series: async () => (await import("./series.ts")).registerSeries,
  changepoints: async () => (await import("./changepoints.ts")).registerChangepoints,
  impact: async () => (await import("./impact.ts")).registerImpact,
  attribute: async () => (await import("./attribute.ts")).registerAttribute,
  guard: async () => (await import("./guard.ts")).registerGuard,
  rules: async () => (await import("./rules.ts")).registerRules,
  findings: async () => (await import("./findings.ts")).registerFindings,
  proposals: async () => (await import("./proposals.ts")).registerProposals,
  changes: async () => (await import("./changes.ts")).registerChanges,
  doctor: async () => (await import("./doctor.ts")).registerDoctor,
  dlq: async () => (await import("./dlq.ts")).registerDlq,
  erase: async () => (await import("./erase.ts")).registerErase,
  backup: async () => (await import("./backup.ts")).registerBackup,
  restore: async () => (await import("./restore.ts")).registerRestore,
  migrate: async () => (await import("./migrate.ts")).registerMigrate,
  keys: async () => (await import("./keys.ts")).registerKeys,
  bench: async () => (await import("./bench.ts")).registerBench,
};
