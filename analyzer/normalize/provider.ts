/** Old and vendor spellings of `gen_ai.provider.name`. */
const providers: ReadonlyMap<string, string> = new Map([
  ["vertex_ai", "gcp.vertex_ai"],
  ["vertexai", "gcp.vertex_ai"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google.vertex", "gcp.vertex_ai"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["google.generative-ai", "gcp.gemini"],
  ["google_genai", "gcp.gemini"],
  ["az.ai.inference", "azure.ai.inference"],
  ["az.ai.openai", "azure.ai.openai"],
  ["azure", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["azure_openai", "azure.ai.openai"],
  ["xai", "x_ai"],
  ["bedrock", "aws.bedrock"],
  ["amazon-bedrock", "aws.bedrock"],
  ["amazon_bedrock", "aws.bedrock"],
  ["aws", "aws.bedrock"],
  ["aws_bedrock", "aws.bedrock"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["watsonx", "ibm.watsonx.ai"],
  ["moonshot", "moonshot_ai"],
]);

/** Names that were canonical already; a sender's own stays as it is, in lower case. */
const known = new Map<string, string>();
const maxKnown = 256;

/** `gen_ai.provider.name` as the newest conventions spell it. */
export function canonicalProvider(name: string): string {
  const found = known.get(name);
  if (found !== undefined) {
    return found;
  }
  // The AI SDK writes `openai.chat` or `anthropic.messages`.
  const lower = name
    .slice(0, 64)
    .toLowerCase()
    .replace(/\.(?:chat|messages|responses|completion|embedding|generative-ai)$/, "");
  const canonical = providers.get(lower) ?? lower;
  if (known.size < maxKnown) {
    known.set(name.slice(0, 64), canonical);
  }
  return canonical;
}
