import { availableParallelism } from "node:os";

/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/integration/"],
  // One less than processors, as by default, would leave half of a small machine idle.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Ends a test that hangs; it is no bound on speed, which a busy machine would miss.
  testTimeout: 120_000,
  setupFiles: ["<rootDir>/test/helpers/fixed-seed.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2024" },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  coverageProvider: "v8",
  collectCoverageFrom: ["{analyzer,cli,collector,core,feedback}/**/*.ts"],
};
