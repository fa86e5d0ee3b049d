/** Identifies one copy of a chat by the owner and the peer (the other user or the group). */
export interface ChatKey {
  owner: number;
  peer: number;
  /** True if `peer` is the id of a group. */
  group: boolean;
}
