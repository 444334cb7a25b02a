/**
 * Every change goes to the server at once, and stays in hand until the server has confirmed it.
 *
 * A change is plain data: {key, op, method, url, body, made}. Changes of one key (an item, a note) go one after the
 * other; the one on its way is repeated with the same `op` until it is answered, so a lost answer does no harm, and of
 * those waiting behind it only the newest counts. Different keys do not wait for each other.
 * `keep` and `drop` tell a store about each change that is in hand; a lasting store can join there.
 */

export const PERMANENT = new Set([403, 404, 413, 415, 422]);

/** Milliseconds before the n-th repetition (n from 1): 1 s, doubling, at most 30 s. */
export function backoff(attempt) {
  return Math.min(30_000, 1000 * 2 ** Math.max(0, attempt - 1));
}

/** Put the pieces that earlier answers brought into an address: "/notes/{id}" with {id: "a1"} is "/notes/a1". */
export function fillAddress(url, known) {
  return url.replace(/\{(\w+)\}/g, (gap, name) => (known[name] === undefined ? gap : encodeURIComponent(known[name])));
}

/** What the waiting list is after one more change: `merge` lets the newest of a kind take the place of the last. */
export function enqueue(waiting, change) {
  const last = waiting[waiting.length - 1];
  const replaces = last && change.merge && last.merge && last.method === change.method && last.url === change.url;
  return replaces ? [...waiting.slice(0, -1), change] : [...waiting, change];
}

const memory = { keep() {}, drop() {} };

export class Saver extends EventTarget {
  /** `send(change)` resolves to {status, data} and rejects when no answer came. */
  constructor(send, { store = memory, wait = (run, ms) => setTimeout(run, ms), uuid = () => crypto.randomUUID() } = {}) {
    super();
    Object.assign(this, { send, store, wait, uuid });
    this.lanes = new Map();
    this.halted = false;
    this.savedAt = null;
  }

  /** Tell the version or other known pieces of a key, as the page brought them. */
  know(key, known) {
    Object.assign(this.#lane(key).known, known);
  }

  known(key) {
    return this.#lane(key).known;
  }

  /** Hand over a change; returns it with its operation id. `merge: true` where only the last value matters. */
  put(key, { method = "PUT", url, body, merge = false, versioned = false }) {
    const change = { key, op: this.uuid(), method, url, body, merge, versioned, made: Date.now() };
    const lane = this.#lane(key);
    for (const old of lane.waiting) this.store.drop(old.op);
    lane.waiting = enqueue(lane.waiting, change);
    for (const each of lane.waiting) this.store.keep(each);
    this.#next(lane);
    this.#tell();
    return change;
  }

  /** How many changes the server has not confirmed. */
  get unsaved() {
    let count = 0;
    for (const lane of this.lanes.values()) count += lane.waiting.length + (lane.going || lane.clash ? 1 : 0);
    return count;
  }

  get state() {
    if (this.halted) return "signed_out";
    if ([...this.lanes.values()].some((lane) => lane.attempts > 0)) return "offline";
    return this.unsaved ? "saving" : "saved";
  }

  /** Try everything again now: the connection or the sign-in is back. */
  retry() {
    this.halted = false;
    for (const lane of this.lanes.values()) if (!lane.busy && !lane.clash) this.#go(lane);
    this.#tell();
  }

  /** End a clash: "mine" sends this window's value again, on top of the version that is there now. */
  resolve(key, choice) {
    const lane = this.#lane(key);
    if (!lane.clash) return;
    const { change, current } = lane.clash;
    lane.clash = null;
    lane.known.version = current.version;
    if (choice === "mine" && !lane.waiting.length) this.put(key, change);
    else {
      if (choice !== "mine") this.#forget(lane);
      this.#next(lane);
    }
    this.#tell();
  }

  #lane(key) {
    if (!this.lanes.has(key))
      this.lanes.set(key, { key, waiting: [], going: null, busy: false, attempts: 0, clash: null, known: {} });
    return this.lanes.get(key);
  }

  #next(lane) {
    if (lane.going || lane.clash || !lane.waiting.length) return;
    const change = lane.waiting.shift();
    const seen = change.versioned ? { seen: lane.known.version ?? 0 } : {};
    lane.going = { ...change, url: fillAddress(change.url, lane.known), body: { ...change.body, ...seen, op: change.op } };
    this.#go(lane);
  }

  async #go(lane) {
    if (!lane.going || lane.busy || this.halted) return;
    const change = lane.going;
    lane.busy = true;
    let answer;
    try {
      answer = await this.send(change);
    } catch {
      answer = { status: 0 };
    }
    lane.busy = false;
    this.#settle(lane, change, answer);
    this.#tell();
  }

  #settle(lane, change, { status, data = {} }) {
    if (status >= 200 && status < 300) return this.#confirmed(lane, change, data);
    if (status === 401) return void (this.halted = true);
    if (status === 409 && data.current) return this.#clash(lane, change, data.current);
    if (status === 423) return this.#refused(lane, change, "locked", data);
    if (PERMANENT.has(status)) return this.#refused(lane, change, "refused", data);
    lane.attempts += 1;
    this.wait(() => this.#go(lane), backoff(lane.attempts));
  }

  #confirmed(lane, change, data) {
    this.store.drop(change.op);
    lane.going = null;
    lane.attempts = 0;
    for (const name of ["version", "id"]) if (data[name] !== undefined) lane.known[name] = data[name];
    this.savedAt = new Date();
    this.#event("confirmed", { change, data });
    this.#next(lane);
  }

  #clash(lane, change, current) {
    const { value, missing_code } = change.body;
    if (value === current.value && missing_code === current.missing_code) return this.#confirmed(lane, change, current);
    this.store.drop(change.op);
    const { key, method, url, body, merge, versioned } = lane.waiting[lane.waiting.length - 1] ?? change;
    this.#forget(lane);
    lane.going = null;
    lane.attempts = 0;
    lane.clash = { change: { key, method, url, body, merge, versioned }, current };
    this.#event("clash", { key, mine: body, theirs: current });
  }

  #refused(lane, change, kind, data) {
    this.store.drop(change.op);
    this.#forget(lane);
    lane.going = null;
    lane.attempts = 0;
    this.#event(kind, { change, message: data.message ?? "" });
  }

  #forget(lane) {
    for (const each of lane.waiting) this.store.drop(each.op);
    lane.waiting = [];
  }

  #event(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #tell() {
    this.#event("state", { state: this.state, unsaved: this.unsaved });
  }
}
