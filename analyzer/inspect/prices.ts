import type { ModelPrice } from "../../core/config/config.ts";
import { type GenAiRecord, inferenceOperations } from "../../core/model/genai.ts";

/**
 * List prices of common models in US dollars per million tokens, by the start of the model's
 * name; the longest start wins. From the providers' public price pages; a contract price goes
 * into `analyzer.prices`, which is looked up first.
 */
const listPrices: Readonly<Record<string, ModelPrice>> = {
  "gpt-5": { input: 1.25, output: 10, cacheRead: 0.125 },
  "gpt-5-mini": { input: 0.25, output: 2, cacheRead: 0.025 },
  "gpt-5-nano": { input: 0.05, output: 0.4, cacheRead: 0.005 },
  "gpt-4.1": { input: 2, output: 8, cacheRead: 0.5 },
  "gpt-4.1-mini": { input: 0.4, output: 1.6, cacheRead: 0.1 },
  "gpt-4.1-nano": { input: 0.1, output: 0.4, cacheRead: 0.025 },
  "gpt-4o": { input: 2.5, output: 10, cacheRead: 1.25 },
  "gpt-4o-mini": { input: 0.15, output: 0.6, cacheRead: 0.075 },
  "gpt-4-turbo": { input: 10, output: 30 },
  "gpt-4": { input: 30, output: 60 },
  "gpt-3.5-turbo": { input: 0.5, output: 1.5 },
  o1: { input: 15, output: 60, cacheRead: 7.5 },
  o3: { input: 2, output: 8, cacheRead: 0.5 },
  "o3-mini": { input: 1.1, output: 4.4, cacheRead: 0.55 },
  "o4-mini": { input: 1.1, output: 4.4, cacheRead: 0.275 },
  "text-embedding-3-small": { input: 0.02, output: 0 },
  "text-embedding-3-large": { input: 0.13, output: 0 },
  "claude-opus-4-5": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
  "claude-opus-4": { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
  "claude-sonnet-4": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  "claude-haiku-4-5": { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  "claude-3-7-sonnet": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  "claude-3-5-sonnet": { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  "claude-3-5-haiku": { input: 0.8, output: 4, cacheRead: 0.08, cacheWrite: 1 },
  "claude-3-opus": { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 },
  "claude-3-haiku": { input: 0.25, output: 1.25, cacheRead: 0.03, cacheWrite: 0.3 },
  "gemini-2.5-pro": { input: 1.25, output: 10, cacheRead: 0.31 },
  "gemini-2.5-flash": { input: 0.3, output: 2.5, cacheRead: 0.075 },
  "gemini-2.5-flash-lite": { input: 0.1, output: 0.4, cacheRead: 0.025 },
  "gemini-2.0-flash": { input: 0.1, output: 0.4, cacheRead: 0.025 },
  "gemini-1.5-pro": { input: 1.25, output: 5 },
  "gemini-1.5-flash": { input: 0.075, output: 0.3 },
  "mistral-large": { input: 2, output: 6 },
  "mistral-small": { input: 0.1, output: 0.3 },
  "deepseek-chat": { input: 0.27, output: 1.1, cacheRead: 0.07 },
  "deepseek-reasoner": { input: 0.55, output: 2.19, cacheRead: 0.14 },
  "grok-4": { input: 3, output: 15, cacheRead: 0.75 },
  "grok-3": { input: 3, output: 15, cacheRead: 0.75 },
  "command-r-plus": { input: 2.5, output: 10 },
  "llama-3.3-70b": { input: 0.59, output: 0.79 },
};

const cacheLimit = 1024;

/** Longer names are no models, and are not kept. */
const maxModelLength = 128;

/** Gives the cost of a model call in US dollars; 0 for anything else and unknown models. */
export type Pricing = (record: GenAiRecord) => number;

/**
 * Cost of a call: uncached input, cache reads, cache writes and output, each at its own price.
 * Without a price of their own cache reads and writes cost as much as input. A configured price
 * wins over the cost that the sender reports, and that over list prices.
 *
 * @param configured prices by exact model name or start of it.
 */
export function createPricing(configured: Readonly<Record<string, ModelPrice>>): Pricing {
  const configuredPrice = createLookup(configured);
  const listPrice = createLookup(listPrices);

  return (record) =>
    inferenceOperations.has(record.operation)
      ? (costOf(record, configuredPrice) ??
        record.reportedCostUsd ??
        costOf(record, listPrice) ??
        0)
      : 0;
}

function costOf(record: GenAiRecord, lookup: Lookup): number | null {
  const price = lookup(record.responseModel) ?? lookup(record.requestModel);
  return price && costAt(price, record);
}

function costAt(price: ModelPrice, record: GenAiRecord): number {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = record;
  const plainTokens = Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens);
  const perMillion =
    plainTokens * price.input +
    cacheReadTokens * (price.cacheRead ?? price.input) +
    cacheWriteTokens * (price.cacheWrite ?? price.input) +
    outputTokens * price.output;
  return perMillion / 1_000_000;
}

type Lookup = (model: string) => ModelPrice | null;

/** Finds the price of a model by the longest start of its name; remembers what it found. */
function createLookup(prices: Readonly<Record<string, ModelPrice>>): Lookup {
  const cache = new Map<string, ModelPrice | null>();
  if (Object.keys(prices).length === 0) {
    return () => null;
  }
  return (model) => {
    if (model === "" || model.length > maxModelLength) {
      return null;
    }
    const known = cache.get(model);
    if (known !== undefined) {
      return known;
    }
    const price = longestStart(model, prices);
    if (cache.size >= cacheLimit) {
      cache.clear();
    }
    cache.set(model, price);
    return price;
  };
}

function longestStart(
  model: string,
  prices: Readonly<Record<string, ModelPrice>>,
): ModelPrice | null {
  // Gateways and clouds put their own names in front, as in `us.anthropic.claude-…`.
  const name = model.toLowerCase().replace(/^(?:[a-z]{2,6}\.)?[a-z_-]{2,20}[./]/, "");
  let best = "";
  for (const start of Object.keys(prices)) {
    const fits = model === start || name.startsWith(start) || model.toLowerCase().startsWith(start);
    if (fits && start.length > best.length) {
      best = start;
    }
  }
  return best === "" ? null : (prices[best] ?? null);
}
