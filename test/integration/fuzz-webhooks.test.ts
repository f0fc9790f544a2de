import { createRequire } from "node:module";
import { createRandom } from "../../bench/random.ts";
import { type ChangeForm, readChanges } from "../../collector/changes/read-changes.ts";
import { type Fields, isFields } from "../../collector/changes/read-fields.ts";
import { noteChange } from "../../collector/notes/note-change.ts";
import { parseJson } from "../../collector/parse-json.ts";
import { RefusedUpload } from "../../collector/refused-upload.ts";
import { webhookForges } from "../../collector/webhooks/forges.ts";
import { readDelivery } from "../../collector/webhooks/read-delivery.ts";
import type {
  EventContext,
  ForgeName,
  WebhookForge,
} from "../../collector/webhooks/webhook-forge.ts";
import { Config } from "../../core/config/config.ts";
import { changeSamples, gitAiNote, gitlabSamples } from "../helpers/change-samples.ts";
import { mutateBytes } from "../helpers/mutate-bytes.ts";
import { mutateJson } from "../helpers/mutate-json.ts";
import { signWebhook, webhookSecrets } from "../helpers/sign-webhook.ts";
import { startTestCollector, testNowUnixMs } from "../helpers/test-collector.ts";

/** The same bodies at every run; a failure names the number of its body. */
const seed = 20_261_120;
const bodiesRead = 40_000;
const bodiesOverHttp = 3000;
const maxCpuMs = 100;

const settings = {
  store: { retention: { findingDays: 3650 } },
  otlp: { maxBodyBytes: 400_000 },
  webhooks: {
    github: [{ secret: webhookSecrets.github }],
    gitlab: [{ secret: webhookSecrets.gitlab }],
    gitea: [{ secret: webhookSecrets.gitea }],
    maxBodyBytes: 400_000,
  },
};
const config = Config.parse(settings);

interface WebhookSample {
  readonly forge: ForgeName;
  readonly event: string;
  readonly value: Fields;
}

const recorded = createRequire(import.meta.url)(
  "@octokit/webhooks-examples/api.github.com/index.json",
) as readonly { readonly name: string; readonly examples: readonly Fields[] }[];

const webhooks: readonly WebhookSample[] = [
  ...recorded.flatMap(({ name, examples }) => {
    const isRead = webhookForges.some(({ events }) => Object.hasOwn(events, name));
    return examples
      .slice(0, isRead ? 8 : 1)
      .flatMap((value): WebhookSample[] => [
        { forge: "github", event: name, value },
        ...(isRead ? [{ forge: "gitea" as const, event: name, value }] : []),
      ]);
  }),
  ...gitlabSamples.map((value) => ({ forge: "gitlab" as const, event: "Hook", value })),
];

/** Half of the bodies are damaged as bytes, half are JSON with other members. */
function mutant(value: unknown, other: unknown, random: () => number): Uint8Array {
  return random() < 0.5
    ? mutateBytes(toBytes(value), toBytes(other), random)
    : toBytes(mutateJson(value, random));
}

function contextOf(forge: WebhookForge, payload: Fields): EventContext {
  const repository = forge.repositoryOf(payload);
  return { repository, service: "shop", releases: "deployment", releaseEnvironment: "" };
}

function toBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function pick<T>(items: readonly T[], random: () => number): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** The parsed body; `undefined` when it is refused in words. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof RefusedUpload) {
      return undefined;
    }
    throw error;
  }
}

/** Runs the work for each mutant; gives the numbers of those that took too long each time. */
function slowMutants<Mutant>(
  make: (random: () => number) => Mutant,
  work: (mutant: Mutant, number: number) => void,
): number[] {
  const random = createRandom(seed);
  const slow: number[] = [];
  for (let number = 0; number < bodiesRead / 2; number += 1) {
    const made = make(random);
    const once = (): number => cpuMsOf(() => work(made, number));
    if (once() > maxCpuMs && Math.min(once(), once()) > maxCpuMs) {
      slow.push(number);
    }
  }
  return slow;
}

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

it(`${bodiesRead / 2} damaged webhooks are read or refused, none in more than ${maxCpuMs} ms`, () => {
  let accepted = 0;
  const slow = slowMutants(
    (random) => {
      const sample = pick(webhooks, random);
      return { ...sample, bytes: mutant(sample.value, pick(webhooks, random).value, random) };
    },
    ({ forge: name, event, bytes }) => {
      const forge = webhookForges.find((each) => each.name === name);
      const payload = parsed(bytes);
      if (forge === undefined || !isFields(payload)) {
        return;
      }
      const delivery = {
        forge,
        event: forge.eventOf({ [`x-${name}-event`]: event }, payload),
        payload,
        context: contextOf(forge, payload),
        tenant: "default",
      };
      accepted += readDelivery(delivery, testNowUnixMs, config).accepted.length;
    },
  );
  expect(slow).toEqual([]);
  expect(accepted).toBeGreaterThan(1000);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

it(`${bodiesRead / 2} damaged change events and notes are read or refused, none slowly`, () => {
  let accepted = 0;
  const slow = slowMutants(
    (random) =>
      mutant(pick(changeSamples, random).value, pick(changeSamples, random).value, random),
    (bytes, number) => {
      const body = parsed(bytes);
      const forms: readonly ChangeForm[] = ["native", "structured", "batch", "agent-trace"];
      const form = forms[number % forms.length] ?? "native";
      if (body !== undefined) {
        const read = readChanges({ form, headers: {}, body }, "default", testNowUnixMs, config);
        accepted += read.accepted.length;
      }
      const content = `${gitAiNote.split("---\n")[0]}---\n${Buffer.from(bytes).toString()}`;
      noteChange({ commit: "a".repeat(40), content }, "default", testNowUnixMs);
    },
  );
  expect(slow).toEqual([]);
  expect(accepted).toBeGreaterThan(1000);
});

it(`${bodiesOverHttp} damaged bodies over HTTP get 2xx or the documented 4xx and are counted`, async () => {
  const collector = await startTestCollector({ settings });
  const random = createRandom(seed + 1);
  const statuses = new Map<number, number>();
  let sent = 0;

  async function send(): Promise<void> {
    while (sent < bodiesOverHttp) {
      sent += 1;
      const { path, headers, body } = random() < 0.5 ? webhookRequest() : changeRequest();
      const answer = await fetch(`${collector.url}${path}`, {
        method: "POST",
        headers,
        body: new Uint8Array(body),
      });
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
  }

  function webhookRequest() {
    const { forge, event, value } = pick(webhooks, random);
    const body = mutant(value, pick(webhooks, random).value, random);
    const headers = signWebhook(forge, event, body);
    const damaged = random() < 0.05 ? { ...headers, "x-hub-signature-256": "sha256=0" } : headers;
    return { path: `/v1/webhooks/${forge}`, headers: damaged, body };
  }

  function changeRequest() {
    const { path, type, value } = pick(changeSamples, random);
    const body = mutant(value, pick(changeSamples, random).value, random);
    return { path, headers: { "content-type": random() < 0.05 ? "text/plain" : type }, body };
  }

  await Promise.all(Array.from({ length: 16 }, send));
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 202, 400, 401, 413, 415]);
  for (const row of await collector.accounting()) {
    const rejected = Object.values(row.rejected).reduce((sum, count) => sum + count, 0);
    expect(row.received).toBe(row.stored + rejected + row.deadLettered + row.inFlight);
  }
  await collector.close();
});
