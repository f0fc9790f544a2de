import {
  brokerClass,
  consumerGroupClass,
  joinGroupRequests,
  type OffsetManager,
  type RequestQueue,
  requestQueueClass,
} from "./kafkajs-internals.ts";

/** What an assigner of ours carries through kafkajs: the only object of a consumer it hands on. */
export interface MemberHooks {
  /** Name of a static member; empty: a dynamic one. */
  readonly groupInstanceId?: string;
  /** Called after each join, before anything is fetched. */
  readonly onJoined?: (manager: OffsetManager) => void;
}

const pendingCheckMs = 10;
let isMended = false;

/** Works around faults of kafkajs 2.2.4, in its own classes and nowhere else. */
export function mendKafkajs(): void {
  if (!isMended) {
    isMended = true;
    mendThrottleTimer();
    addStaticMembership();
    addJoinHook();
  }
}

/**
 * tulios/kafkajs#1751: an idle connection sets a timer of minus the present time, of which Node 24
 * warns and which it fires after 1 ms. Only what waits needs the timer.
 */
function mendThrottleTimer(): void {
  requestQueueClass.prototype.scheduleCheckPendingRequests = scheduleCheck;
}

function scheduleCheck(this: RequestQueue): void {
  const throttledMs = this.throttledUntil - Date.now();
  if (this.throttleCheckTimeoutId || (this.pending.length === 0 && throttledMs <= 0)) {
    return;
  }
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    Math.max(throttledMs, pendingCheckMs),
  );
}

/**
 * kafkajs can encode `group_instance_id` (KIP-345) but passes none. Ours travels in the group
 * protocol that our assigner returns. A static member does not leave when it stops: the next
 * process of that name takes its partitions over without a rebalance.
 */
function addStaticMembership(): void {
  const staticMembers = new Set<string>();
  const protocol = joinGroupRequests.protocol.bind(joinGroupRequests);
  joinGroupRequests.protocol = (about) => {
    const create = protocol(about);
    return (request) =>
      create(Object.assign(request, { groupInstanceId: instanceOf(request.groupProtocols) }));
  };
  const { joinGroup, leaveGroup } = brokerClass.prototype;
  brokerClass.prototype.joinGroup = async function join(request) {
    const joined = await joinGroup.call(this, request);
    if (instanceOf(request.groupProtocols) !== null) {
      staticMembers.add(joined.memberId);
    }
    return joined;
  };
  brokerClass.prototype.leaveGroup = async function leave(request) {
    return staticMembers.delete(request.memberId) ? null : await leaveGroup.call(this, request);
  };
}

function instanceOf(groupProtocols: readonly unknown[]): string | null {
  const [first] = groupProtocols as readonly (MemberHooks | undefined)[];
  return first?.groupInstanceId || null;
}

/**
 * `consumer.commitOffsets` takes the generation of the moment of each attempt, also for partitions
 * that a rebalance has given to others meanwhile, and the broker does not check that. The offset
 * manager of one join keeps its generation, so that the broker refuses what is too late.
 */
function addJoinHook(): void {
  const { joinAndSync } = consumerGroupClass.prototype;
  consumerGroupClass.prototype.joinAndSync = async function join() {
    await joinAndSync.call(this);
    for (const assigner of this.assigners as readonly MemberHooks[]) {
      assigner.onJoined?.(this.offsetManager);
    }
  };
}
