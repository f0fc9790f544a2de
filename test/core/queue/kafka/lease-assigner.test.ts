import kafkajs, { type PartitionAssigner } from "kafkajs";
import { leaseAssigner } from "../../../../core/queue/kafka/lease-assigner.ts";

const { MemberAssignment } = kafkajs.AssignerProtocol;
const cluster = {
  findTopicPartitionMetadata: () => [{ partitionId: 0 }],
} as unknown as Parameters<PartitionAssigner>[0]["cluster"];
const logger = undefined as never;

/** Who owns the partition of these members; the value says who holds the lease already. */
async function ownersOf(members: Readonly<Record<string, boolean>>): Promise<string[]> {
  const create = (isHolder: boolean) =>
    leaseAssigner(() => isHolder)({ cluster, groupId: "g", logger });
  const assignments = await create(false).assign({
    topics: ["t"],
    members: Object.entries(members).map(([memberId, isHolder]) => ({
      memberId,
      memberMetadata: create(isHolder).protocol({ topics: ["t"] }).metadata,
    })),
  });
  return assignments
    .filter(({ memberAssignment }) => {
      const decoded = MemberAssignment.decode(memberAssignment);
      return decoded?.assignment["t"]?.includes(0) ?? false;
    })
    .map(({ memberId }) => memberId);
}

describe("the assignment of a lease", () => {
  it.each([
    { name: "stays with its holder", members: { a: false, b: true, c: false }, owner: "b" },
    { name: "goes to one when nobody holds it", members: { c: false, b: false }, owner: "b" },
    {
      name: "goes to one when two say that they hold it",
      members: { c: true, b: true },
      owner: "b",
    },
    { name: "goes to the only one", members: { z: false }, owner: "z" },
  ])("$name", async ({ members, owner }) => {
    expect(await ownersOf(members as unknown as Record<string, boolean>)).toEqual([owner]);
  });
});
