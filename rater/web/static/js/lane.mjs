/** The changes of one key (an item, a note), in their order: arithmetic without a network. */

/** Milliseconds before the n-th repetition (n from 1): 1 s, doubling, at most 30 s. */
export function backoff(attempt) {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, attempt - 1));
}

/** An id that nobody else makes: 32 hex signs. Works on plain http too. */
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The waiting list after one more change: `merge` lets the newest of a kind take the place of the last, and its base.
 * Changes of different windows never take one another's place.
 */
export function enqueue(waiting, change) {
  const last = waiting[waiting.length - 1];
  const replaces =
    last && change.merge && last.merge && last.chain === change.chain && last.method === change.method && last.url === change.url;
  return replaces ? [...waiting.slice(0, -1), { ...change, base: last.base }] : [...waiting, change];
}

/** Whether a body says what is there already, in every field that both know. */
export function saysTheSame({ method, body }, current) {
  const shared = Object.keys(body).filter((name) => name in current && name !== "version");
  return method !== "DELETE" && shared.length > 0 && shared.every((name) => (body[name] ?? null) === (current[name] ?? null));
}

/**
 * Leftovers in the order to send them: window by window (the one that began first goes first), each in its own order.
 * The first of a window's chain of one key needs the version it was made on; where that is lost, it is 0, so that the
 * server compares rather than overwrites.
 */
export function inSendingOrder(leftovers) {
  const began = new Map();
  const sorted = [...leftovers].sort((a, b) => a.sequence - b.sequence);
  for (const { chain, sequence } of sorted) if (!began.has(chain)) began.set(chain, sequence);
  const met = new Set();
  return sorted
    .sort((a, b) => began.get(a.chain) - began.get(b.chain) || a.sequence - b.sequence)
    .map((change) => {
      const name = JSON.stringify([change.rating, change.chain, change.key]);
      const isFirst = !met.has(name);
      met.add(name);
      return isFirst && change.base === null ? { ...change, base: 0 } : change;
    });
}

export class Lane {
  constructor(key) {
    Object.assign(this, { key, waiting: [], going: null, busy: false, paused: null, attempts: 0, clash: null, known: {}, heard: null });
  }

  /** Whether anything of this key waits for the server or for the rater. */
  get isBusy() {
    return Boolean(this.going || this.waiting.length || this.clash);
  }

  /** The changes that the server has not confirmed; of a clash the one that would count. */
  get open() {
    return [...(this.going ? [this.going] : []), ...(this.clash ? [this.clash.change] : []), ...this.waiting];
  }

  /** Make the next change the one on its way; false where there is none. */
  advance() {
    if (this.clash) return false;
    if (!this.going && this.waiting.length) {
      this.going = this.waiting.shift();
      this.going.base ??= this.known.version ?? 0;
    }
    return Boolean(this.going);
  }

  /** What goes over the wire: the body with the version it was made on and its operation id. */
  get wire() {
    const { key, op, method, url, body, base, versioned, bare } = this.going;
    const more = bare ? {} : { ...(versioned ? { seen: base } : {}), op };
    return { key, op, method, url, body: { ...body, ...more } };
  }

  /** The change that follows the answered one is based on the version that the answer brought; returns it if there is one. */
  rebase(version) {
    const [next] = this.waiting;
    if (!next || next.base !== null) return [];
    next.base = version ?? this.known.version ?? 0;
    return [next];
  }

  /** Take out the change on its way and all that were made on top of it; the newest is last. */
  takeOut() {
    const taken = this.going ? [this.going] : [];
    while (this.waiting.length && this.waiting[0].base === null) taken.push(this.waiting.shift());
    this.rest();
    return taken;
  }

  /** Nothing of this lane is on its way. */
  rest() {
    Object.assign(this, { going: null, paused: null, attempts: 0 });
  }
}
