import type { ShownSource } from "./session-claim.ts";

export interface LineageNode {
  readonly id: string;
  readonly kind: string;
  readonly label?: string;
  /** Full commit id. */
  readonly revision?: string;
  readonly sessionId?: string;
  /** Masked, and hostile like all text from outside. */
  readonly prompt?: string;
  readonly intent?: string;
  /** RFC 3339 UTC. */
  readonly time?: string;
  /** That the finding comes from this change. */
  readonly probability?: number;
  /** Of a session: who says that it made the change, the surest first. */
  readonly sources?: readonly ShownSource[];
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
}

export interface Lineage {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
}

/** Collects nodes and edges; the same node or edge given again is kept once. */
export interface LineageGraph {
  node(node: LineageNode): void;
  edge(from: string, to: string): void;
  build(): Lineage;
}

export function createLineageGraph(): LineageGraph {
  const nodes = new Map<string, LineageNode>();
  const edges = new Map<string, LineageEdge>();
  return {
    node(node) {
      nodes.set(node.id, { ...nodes.get(node.id), ...node });
    },
    edge(from, to) {
      edges.set(JSON.stringify([from, to]), { from, to });
    },
    build: () => ({ nodes: [...nodes.values()], edges: [...edges.values()] }),
  };
}
