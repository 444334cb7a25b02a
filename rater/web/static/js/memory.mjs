/** A store that keeps nothing beyond this window: where the browser has no lasting one, or refuses it. */
export function memoryStore(why = "none") {
  return {
    why,
    lasting: false,
    unreadable: 0,
    has: () => false,
    keep: async () => false,
    drop: async () => {},
    adopt: async () => [],
    left: async () => {},
    release: async () => {},
    others: async () => 0,
    discard: async () => {},
    keepDraft: async () => false,
    draft: async () => null,
    holdsDraft: () => false,
  };
}
