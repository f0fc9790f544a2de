import base from "./jest.config.js";

/** Whole processes, a real browser, real git: slower than the unit tests, run one at a time. */
export default {
  ...base,
  roots: ["<rootDir>/test/integration"],
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  testTimeout: 300_000,
};
