/**
 * Greatest length of each text of a change, in UTF-16 units. Longer text is refused
 * (`too_long`) rather than cut: half a secret is one that masking no longer recognizes.
 */
export const changeTextLimits = {
  id: 256,
  service: 256,
  environment: 256,
  name: 512,
  version: 512,
  repository: 2048,
  author: 1024,
  message: 65_536,
  prompt: 65_536,
  intent: 4096,
  pullRequest: 512,
  sessionField: 512,
  file: 4096,
} as const;

export const changeListLimits = {
  artifacts: 64,
  files: 5000,
  parents: 64,
} as const;
