import type { Clock } from "../core/clock.ts";
import type { Commands } from "../core/commands/commands.ts";
import type { QueueKey } from "../core/keys/open-key.ts";
import { StartError } from "../core/start-error.ts";

const stream = "install/default/key";

/**
 * What one process masks, another must mask alike: the first start of the fleet writes down which
 * key it has, and later ones with another are refused.
 *
 * @throws StartError when the key is another one.
 */
export async function requireSameKey(
  commands: Pick<Commands, "append" | "read">,
  { fingerprint }: Pick<QueueKey, "fingerprint">,
  clock: Clock,
): Promise<void> {
  const known = (await commands.read(stream))[0];
  if (known === undefined) {
    const result = await commands.append(stream, 0, {
      type: "key_named",
      actor: "telltale",
      timeUnixMs: clock.now(),
      data: { fingerprint },
    });
    if (result.status === "conflict") {
      await requireSameKey(commands, { fingerprint }, clock);
    }
    return;
  }
  if (known.data["fingerprint"] !== fingerprint) {
    throw new StartError(
      `the shared key is another one than that of the processes started before (expected ` +
        `fingerprint ${String(known.data["fingerprint"])}, got ${fingerprint}): give every process ` +
        "the same key file (keyFile or TELLTALE_KEY_FILE)",
    );
  }
}
