import kafkajs, { type PartitionAssigner } from "kafkajs";

const { AssignerProtocol } = kafkajs;
const name = "TelltaleLease";
const held = Buffer.from("held");

/**
 * Gives every partition to the member that holds the lease already, else to the one with the
 * smallest id: who joins later changes nothing.
 */
export function leaseAssigner(isHolder: () => boolean): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: 1,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: isHolder() ? held : Buffer.alloc(0),
      }),
    }),
    async assign({ members, topics }) {
      const chosen = chooseHolder(members);
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: memberId === chosen ? partitionsOf(cluster, topics) : {},
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}

type Members = readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];

export function chooseHolder(members: Members): string | undefined {
  const holders = members.filter(({ memberMetadata }) =>
    AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData.equals(held),
  );
  const candidates = holders.length > 0 ? holders : members;
  return candidates.map(({ memberId }) => memberId).toSorted()[0];
}

function partitionsOf(
  cluster: Parameters<PartitionAssigner>[0]["cluster"],
  topics: readonly string[],
): Record<string, number[]> {
  return Object.fromEntries(
    topics.map((topic) => [
      topic,
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
    ]),
  );
}
