/**
 * Target class of a call that takes data out. The record detector and the trace detector see the
 * same call for different reasons; one class makes what they see one finding.
 */
export const outgoingCall = "outgoing-call";
