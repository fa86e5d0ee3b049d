/** Identifies one copy of a chat: whose copy it is, and the peer or group it is with. */
export interface ChatKey {
  owner: number;
  peer: number;
  /** True when `peer` is the id of a group. */
  group: boolean;
}
