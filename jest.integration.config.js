import base from "./jest.config.js";

/** Minutes each: `.ci/full` runs them. Their parts together are in `fleet-faults`. */
const long = [
  "kafka/(audit|journal|keys|lease|otelcol|queue|same-answers|span-claims)",
  "store/[a-z-]+",
];

/** Whole processes, a real browser, real git: slower than the unit tests, run one at a time. */
export default {
  ...base,
  roots: ["<rootDir>/test/integration"],
  testPathIgnorePatterns: [
    "/node_modules/",
    ...(process.env["TELLTALE_FULL"] ? [] : [`/(${long.join("|")})\\.test\\.ts$`]),
  ],
  maxWorkers: 1,
  testTimeout: 300_000,
};
