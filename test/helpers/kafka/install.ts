import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kafkaJars, kafkaVersion } from "./kafka-artifacts.ts";

/** A machine without a registry must not hold up the tests that need none. */
const patienceMs = 240_000;

/**
 * Gets the jars of Apache Kafka's broker into the cache with Maven, about 43 MB. What is there
 * stays; standard error says why when they cannot be had.
 */
function install(): void {
  if (existsSync(kafkaJars)) {
    return;
  }
  const startedMs = Date.now();
  mkdirSync(dirname(kafkaJars), { recursive: true });
  // On the disk of the cache, so that the finished folder can be moved to its place at once.
  const dir = mkdtempSync(`${kafkaJars}.`);
  try {
    copyJars(dir);
    renameSync(join(dir, "jars"), kafkaJars);
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    process.stderr.write(`Got ${kafkaJars} in ${seconds} s\n`);
  } catch (error) {
    process.stderr.write(`COULD NOT GET KAFKA, tests with it are skipped: ${String(error)}\n`);
    process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function copyJars(dir: string): void {
  const pom = join(dir, "pom.xml");
  writeFileSync(pom, pomText);
  const goal = "dependency:copy-dependencies";
  const options = ["-q", "-B", "-f", pom, goal, `-DoutputDirectory=${join(dir, "jars")}`];
  const { status, error, stdout } = spawnSync("mvn", [...options, "-DincludeScope=runtime"], {
    encoding: "utf8",
    timeout: patienceMs,
    killSignal: "SIGKILL",
  });
  if (status !== 0) {
    throw new Error(error?.message ?? stdout.trim().split("\n").slice(0, 5).join("\n"));
  }
}

// kafka-tools-api is not published with every version, and a broker runs without it.
const pomText = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>telltale</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
      <exclusions>
        <exclusion>
          <groupId>org.apache.kafka</groupId>
          <artifactId>kafka-tools-api</artifactId>
        </exclusion>
      </exclusions>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;

install();
