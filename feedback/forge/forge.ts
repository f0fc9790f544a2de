import type { Repository } from "../../core/config/config.ts";
import type { ForgeReference } from "../../core/model/proposal.ts";
import type { FileEdit } from "../text/unified-diff.ts";

/** Where proposals are filed and where their fate is read. Nothing here can merge. */
export interface Forge {
  readonly kind: string;
  /** Text of a file on the default branch; null when there is none. */
  readFile(repository: Repository, path: string): Promise<string | null>;
  /**
   * Files a proposal as a branch with one commit, and its page. Calling it again after a crash
   * finds what was filed before and files nothing new.
   *
   * @throws ForgeError when the branch is taken, a target is unsafe, or the file has changed
   *   since the draft was made.
   */
  file(repository: Repository, request: FileRequest): Promise<FiledProposal>;
  /**
   * Replaces the page of a filed proposal; its branch stays as it is.
   *
   * @throws ForgeError when the repository cannot be used.
   */
  updatePage(repository: Repository, page: ProposalPage): Promise<void>;
  /** Changes whenever a branch does; the same token means that there is nothing new to read. */
  stateToken(repository: Repository): Promise<string>;
  /** What people did with a filed proposal. */
  fate(repository: Repository, filed: FiledReference): Promise<ProposalFate>;
  /** Whether a revision contains a merge and still carries the lines that it added. */
  contains(repository: Repository, query: ContainsQuery): Promise<boolean>;
}

/** Markdown page of one proposal, for people; its first part explains the change. */
export interface ProposalPage {
  readonly proposalId: string;
  readonly page: string;
  readonly timeUnixMs: number;
}

export interface FileRequest extends ProposalPage {
  readonly fingerprint: string;
  /** Name of the surface, as in a branch name: `guardrail`, `threat-model`. */
  readonly surface: string;
  /** First line of the commit message: a closed template. */
  readonly title: string;
  readonly edits: readonly FileEdit[];
}

export interface FiledProposal {
  readonly forge: ForgeReference;
  readonly branch: string;
  readonly commit: string;
}

export interface FiledReference {
  readonly proposalId: string;
  readonly branch: string;
  readonly commit: string;
  readonly edits: readonly FileEdit[];
}

export type ProposalFate =
  | { readonly status: "open" }
  | { readonly status: "merged"; readonly revision: string; readonly how: MergeEvidence }
  | { readonly status: "closed" };

/** How a merge was recognised; the first is proof, the others are what a squash leaves. */
export type MergeEvidence = "ancestor" | "trailer" | "patch_id" | "content";

export interface ContainsQuery {
  readonly mergeRevision: string;
  readonly revision: string;
  readonly edits: readonly FileEdit[];
}

export type ForgeErrorCode =
  | "BRANCH_TAKEN"
  | "TARGET_UNSAFE"
  | "TARGET_CHANGED"
  | "REPOSITORY_UNUSABLE";

/** Thrown when a proposal cannot be filed; the message goes to the proposal's `hold`. */
export class ForgeError extends Error {
  override readonly name = "ForgeError";
  readonly code: ForgeErrorCode;
  constructor(code: ForgeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
