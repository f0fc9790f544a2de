import { createRandom, type Random } from "./random.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The cast and the calendar of the demo; another seed moves times, names and traffic. */
export interface Story {
  readonly random: Random;
  readonly seed: number;
  readonly service: string;
  readonly environment: string;
  readonly agent: string;
  /** Unix milliseconds; the story spans 21 days and ends a little before now. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** The deployment whose agent session added the over-broad tools. */
  readonly harmfulDeployAt: number;
  /** A harmless deployment shortly before the first attack. */
  readonly innocentDeployAt: number;
  readonly firstAttackAt: number;
  /** Deployment of the merged guardrail, three days before the end. */
  readonly fixDeployAt: number;
  readonly attackerHost: string;
  /** The secrets beside the agent: of the right form, made up, opening nothing. */
  readonly environmentFile: string;
  readonly poisonedProduct: string;
  readonly sessionId: string;
  readonly repositoryUrl: string;
}

const attackerHosts = ["reviews-sync", "partner-metrics", "feed-mirror", "sku-relay"];
const products = ["trail lamp", "rain jacket", "camping stove", "water filter", "sleeping mat"];

export function createStory(seed: number, nowUnixMs: number): Story {
  const random = createRandom(seed);
  const endsAt = nowUnixMs - (nowUnixMs % 60_000) - 10 * 60_000;
  const startsAt = endsAt - 21 * dayMs;
  const harmfulDeployAt = startsAt + 9 * dayMs + random.below(6) * hourMs;
  const firstAttackAt = harmfulDeployAt + 14 * hourMs + random.below(10) * hourMs;
  return {
    random,
    seed,
    service: "shop-assistant",
    environment: "production",
    agent: "shop-assistant",
    startsAt,
    endsAt,
    harmfulDeployAt,
    innocentDeployAt: firstAttackAt - (20 + random.below(60)) * 60_000,
    firstAttackAt,
    fixDeployAt: endsAt - 3 * dayMs,
    environmentFile: secretsFile(random),
    attackerHost: `${random.pick(attackerHosts)}.example`,
    poisonedProduct: random.pick(products),
    sessionId: `session_${random.hex(20)}`,
    repositoryUrl: "https://git.example/shop/assistant",
  };
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function secretsFile(random: Random): string {
  function letters(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join("");
  }
  return [
    `AWS_ACCESS_KEY_ID=AKIA${letters(upper, 16)}`,
    `AWS_SECRET_ACCESS_KEY=${letters(mixed, 40)}`,
    `GITHUB_TOKEN=ghp_${letters(mixed, 36)}`,
  ].join("\n");
}
