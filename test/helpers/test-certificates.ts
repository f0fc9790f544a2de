import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether the `openssl` command is here; tests that need certificates are skipped without it. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate authority in a temporary folder. */
export interface TestAuthority extends CertificateFiles {
  /** @param san Such as `DNS:localhost,IP:127.0.0.1`. */
  issue(commonName: string, san: string): CertificateFiles;
  remove(): void;
}

export function createTestAuthority(): TestAuthority {
  const dir = mkdtempSync(join(tmpdir(), "telltale-ca-"));
  let number = 0;

  function run(command: string, subject?: string): void {
    const about = subject === undefined ? [] : ["-subj", subject];
    execFileSync("openssl", [...command.split(" "), ...about], { cwd: dir, stdio: "pipe" });
  }

  function files(name: string): CertificateFiles {
    const certFile = join(dir, `${name}.pem`);
    const keyFile = join(dir, `${name}.key`);
    return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
  }

  const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  run(
    `req -x509 ${newKey} -keyout ca.key -out ca.pem -days 30 -addext basicConstraints=critical,CA:TRUE`,
    "/CN=Test CA",
  );
  return {
    ...files("ca"),
    issue(commonName, san) {
      number += 1;
      const name = `cert-${number}`;
      writeFileSync(join(dir, `${name}.ext`), `subjectAltName=${san}\n`);
      run(`req ${newKey} -keyout ${name}.key -out ${name}.csr`, `/CN=${commonName}`);
      run(
        `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -days 30 -extfile ${name}.ext -out ${name}.pem`,
      );
      return files(name);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
