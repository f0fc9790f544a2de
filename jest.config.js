/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/integration/"],
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
