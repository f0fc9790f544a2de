import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Of Apache Kafka, whose broker the tests start; `install.ts` gets exactly this one. */
export const kafkaVersion = "4.4.0";

const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "telltale-ci");

/** The folder of the broker's jars; the version is in the name, so that another one is got anew. */
export const kafkaJars = join(cache, `kafka-${kafkaVersion}`);

/** Why no broker can be started here; null when one can. */
export function whyNoKafka(): string | null {
  if (spawnSync("java", ["-version"]).status !== 0) {
    return "no java was found (17 or newer is needed)";
  }
  return existsSync(kafkaJars)
    ? null
    : `${kafkaJars} is missing; node test/helpers/kafka/install.ts gets it, with java and mvn`;
}

/** `describe` where a broker can be started; else the tests are skipped, and stderr says so. */
export function describeWithKafka(): jest.Describe {
  const reason = whyNoKafka();
  if (reason === null) {
    return describe;
  }
  process.stderr.write(`\nSKIPPED: tests with an Apache Kafka broker: ${reason}\n`);
  return describe.skip;
}
