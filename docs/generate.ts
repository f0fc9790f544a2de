import { writeFileSync } from "node:fs";
import { configurationPage } from "./configuration-page.ts";

// Run with `node docs/generate.ts` after a change of the configuration.
writeFileSync(new URL("configuration.md", import.meta.url), configurationPage());
