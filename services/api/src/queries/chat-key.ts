/** Identifies one copy of a chat: its owner, and the peer or group. */
export interface ChatKey {
  owner: number;
  peer: number;
  /** True if `peer` is the id of a group. */
  group: boolean;
}
