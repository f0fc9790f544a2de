import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { createLogger } from "../../../core/log.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { createLedger } from "../../../feedback/proposals/ledger.ts";
import { createProjector } from "../../../feedback/proposals/projector.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-projector-"));
const commands = openLmdbCommands({ dir });
let store: OpenedStore;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(async () => {
  await store.close();
  await commands.close();
  rmSync(dir, { recursive: true, force: true });
});

function append(stream: string, type: string, data: object) {
  const event = { type, actor: "local:ada", timeUnixMs: Date.UTC(2026, 10, 20), data: { ...data } };
  return commands.append(stream, 0, event);
}

it("leaves out events that cannot be understood or stored, and goes on with the others", async () => {
  await append("proposal/default/broken", "drafted", { title: 1 });
  await append("finding/default/early", "status", { status: "muted", until: 8e15 });
  await append("finding/default/nonsense", "status", { status: "muted", until: 1e300 });
  await append("finding/default/good", "status", { status: "acknowledged", reason: "seen" });
  const logger = createLogger("silent");
  const ledger = createLedger(commands, logger);
  const projector = createProjector({ commands, ledger, writes: store.writes, logger });
  await projector.run();
  const rows = await store.reads.query<{ FindingId: string; Status: string }>(
    "SELECT FindingId, Status FROM finding_status FINAL ORDER BY FindingId",
  );
  expect(rows).toContainEqual({ FindingId: "good", Status: "acknowledged" });
  expect(rows.map(({ FindingId }) => FindingId)).not.toContain("nonsense");
  expect(ledger.skipped()).toBe(1);
  expect(projector.skipped()).toBeGreaterThan(0);
  expect(ledger.position()).toBe(4);

  await append("finding/default/later", "status", { status: "resolved" });
  await projector.run();
  const later = await store.reads.query(
    "SELECT Status FROM finding_status FINAL WHERE FindingId = 'later'",
  );
  expect(later).toEqual([{ Status: "resolved" }]);
});
