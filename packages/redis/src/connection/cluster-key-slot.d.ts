declare module 'cluster-key-slot' {
  /** Returns the cluster slot of a key. If the key has a hash tag, only the tag decides. */
  export default function calculateSlot(key: string): number;
}
