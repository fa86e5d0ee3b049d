/** Identifies one copy of a chat by its owner and its peer, which is a user or a group. */
export interface ChatKey {
  owner: number;
  peer: number;
  /** True if `peer` is the id of a group. */
  group: boolean;
}
