import { writeFileSync } from "node:fs";
import { valuesSchema } from "./values-schema.ts";

// Run with `node helm/generate.ts` after a change of the configuration or of values.yaml.
writeFileSync(new URL("telltale/values.schema.json", import.meta.url), valuesSchema());
