/**
 * Every change goes to the server at once, and stays in hand until the server has confirmed it.
 *
 * A change is plain data: {key, op, method, url, body, merge, versioned, base, words}. Changes of one key (an item, a
 * note) go one after the other; the one on its way is repeated with the same `op` until it is answered, so a lost
 * answer does no harm, and of those waiting behind it only the newest counts. Different keys do not wait for each
 * other. `base` is the version that the rater looked at; null where the change follows an unanswered one of its key.
 *
 * Events: "state"; "confirmed" {change, data}; "learned" {key, method, url, body} (another window saved it); "clash"
 * {key, change, mine, theirs}; "locked" and "refused" {change, message}; "settled" {key}; "outdated" {key}.
 */
import { Lane, backoff, enqueue, newId, saysTheSame } from "./lane.mjs";
import { memoryStore } from "./memory.mjs";

export { backoff, enqueue, newId } from "./lane.mjs";

export const PERMANENT = new Set([403, 404, 413, 415, 422]);

/** Keys that are saved in passing: they are no change of the rating, and carry no operation id. */
export const IN_PASSING = new Set(["listening"]);

/** Requests on their way at once: a browser opens six connections to one server. */
const AT_ONCE = 6;

export class Saver extends EventTarget {
  /** `send(change)` resolves to {status, data} and rejects when no answer came; `describe(change)` gives {name, value}. */
  constructor(send, { store = memoryStore(), wait = (run, ms) => setTimeout(run, ms), uuid = newId, describe = () => null } = {}) {
    super();
    Object.assign(this, { send, store, wait, uuid, describe });
    Object.assign(this, { lanes: new Map(), refusals: new Map(), halted: false, savedAt: null, onTheirWay: 0, components: [] });
  }

  /** Tell the version of a key, as the page brought it. */
  know(key, known) {
    Object.assign(this.#lane(key).known, known);
  }

  known(key) {
    return this.#lane(key).known;
  }

  /** Hand over a change; returns it with its operation id. `merge: true` where only the last value matters. */
  put(key, { method = "PUT", url, body, merge = false, versioned = false }) {
    const lane = this.#lane(key);
    const base = lane.isBusy ? null : (lane.known.version ?? 0);
    const change = { key, op: this.uuid(), method, url, body, merge, versioned, base, bare: IN_PASSING.has(key) };
    change.words = this.describe(change);
    const before = lane.waiting;
    lane.waiting = enqueue(before, change);
    const kept = lane.waiting[lane.waiting.length - 1];
    const replaced = before.filter((each) => !lane.waiting.includes(each)).map(({ op }) => op);
    this.#keep(kept, replaced);
    this.#pump();
    return kept;
  }

  /** Changes of the rating that the server has not confirmed. */
  get open() {
    return [...this.lanes.values()].filter((lane) => !IN_PASSING.has(lane.key)).flatMap((lane) => lane.open);
  }

  /** How many changes the server has not confirmed. */
  get unsaved() {
    return this.open.length;
  }

  /** How many of them would be lost with this window. */
  get exposed() {
    return this.open.filter(({ op }) => !this.store.has(op)).length;
  }

  /** Whether nothing at all is on its way, not even what is saved in passing. */
  get idle() {
    return [...this.lanes.values()].every((lane) => !lane.isBusy);
  }

  get state() {
    if (this.halted) return "signed_out";
    if (this.#failing.length) return "offline";
    return this.unsaved ? "saving" : "saved";
  }

  /** What stands in the way: "network" (no answer), "server" (it answers, and cannot save) or null. */
  get trouble() {
    const failing = this.#failing;
    if (!failing.length) return null;
    return failing.some((lane) => lane.status > 0) ? "server" : "network";
  }

  get #failing() {
    return [...this.lanes.values()].filter((lane) => lane.attempts > 0);
  }

  /** Try everything again now: the connection or the sign-in is back. */
  retry() {
    this.halted = false;
    for (const lane of this.lanes.values()) lane.paused = null;
    this.#pump();
  }

  /** End a clash: "mine" sends this window's value again, on top of the version that is there now. */
  resolve(key, choice) {
    const lane = this.#lane(key);
    if (!lane.clash) return;
    const { change, ops, current } = lane.clash;
    lane.clash = null;
    lane.known.version = current.version;
    if (choice !== "mine") {
      this.#drop([...ops, ...lane.takeOut().map(({ op }) => op)]);
      this.show({ ...change, method: "PUT", body: { ...change.body, ...current, version: undefined } });
    } else if (lane.waiting.length && lane.waiting[0].base === null) this.#drop(ops, lane.rebase(current.version));
    else {
      const again = { ...change, op: this.uuid(), base: current.version, chain: undefined };
      lane.waiting.unshift(again);
      this.#keep(again, ops);
      this.show(again);
    }
    this.#pump();
  }

  /**
   * Take over what closed windows left behind: shows it through each component's `restore(change)`, and sends it.
   * With `leftovers` (of `store.adopt()`) in hand this is done before anybody can act.
   */
  async recover(components = this.components, leftovers = null) {
    this.components = components;
    const touched = new Set();
    for (const change of leftovers ?? (await this.store.adopt())) {
      const lane = this.#lane(change.key);
      if (lane.open.some(({ op }) => op === change.op)) continue;
      if (change.refused) this.#tellRefused(change);
      else touched.add((lane.waiting.push(change), lane));
    }
    for (const lane of touched) {
      const last = lane.waiting[lane.waiting.length - 1];
      if (!last.versioned || last.base === null || last.base >= (lane.known.version ?? 0)) this.show(last);
    }
    this.#pump();
    return touched.size;
  }

  /** Show a change in the component that it belongs to, without saving it again. */
  show({ key, method = "PUT", url, body }) {
    for (const each of this.components) each.restore?.({ key, method, url, body });
  }

  /** Another window has saved this; true where it is shown here, false where a change of one's own comes first. */
  learn({ key, method, url, body, version }) {
    const lane = this.#lane(key);
    if (lane.isBusy) {
      lane.heard = { key, method, url, body, version };
      return false;
    }
    if (version !== undefined && version <= (lane.known.version ?? 0)) return false;
    if (version !== undefined) lane.known.version = version;
    this.show({ key, method, url, body });
    this.#event("learned", { key, method, url, body });
    return true;
  }

  /** The rater has seen a refusal: it need not be kept any longer. */
  dismiss(op) {
    this.refusals.delete(op);
    this.#drop([op]);
  }

  #lane(key) {
    if (!this.lanes.has(key)) this.lanes.set(key, new Lane(key));
    return this.lanes.get(key);
  }

  #keep(change, replaced = []) {
    Promise.resolve(this.store.keep(change, replaced)).then(() => this.#tell());
  }

  #drop(ops, updated = []) {
    Promise.resolve(this.store.drop(ops, updated)).then(() => this.#tell());
  }

  #pump() {
    for (const lane of this.lanes.values()) {
      if (this.halted || this.onTheirWay >= AT_ONCE) break;
      if (!lane.busy && !lane.paused && lane.advance()) this.#go(lane);
    }
    this.#tell();
  }

  async #go(lane) {
    lane.busy = true;
    this.onTheirWay += 1;
    const answer = await this.#answer(lane.wire);
    lane.busy = false;
    this.onTheirWay -= 1;
    this.#settle(lane, lane.going, answer);
    this.#pump();
  }

  async #answer(wire) {
    try {
      return await this.send(wire);
    } catch {
      return { status: 0 };
    }
  }

  #settle(lane, change, { status, data = {} }) {
    if (status >= 200 && status < 300) return this.#confirmed(lane, change, data);
    if (status === 401) return void (this.halted = true);
    if (status === 409 && data.current) return this.#clash(lane, data.current);
    if (status === 423 || PERMANENT.has(status)) return this.#refused(lane, change, status, data);
    lane.attempts += 1;
    lane.status = status;
    this.#pause(lane);
  }

  #pause(lane) {
    const pause = (lane.paused = {});
    this.wait(() => {
      if (lane.paused !== pause) return;
      lane.paused = null;
      this.#pump();
    }, backoff(lane.attempts));
  }

  #confirmed(lane, change, data) {
    lane.rest();
    const newest = lane.known.version ?? 0;
    if (data.version !== undefined) lane.known.version = data.version;
    if (data.version !== undefined && data.version < newest) this.#outdated(lane, newest);
    this.#drop([change.op], lane.rebase(lane.known.version));
    this.savedAt = data.saved_at ? new Date(data.saved_at) : new Date();
    for (const [op, refused] of this.refusals) if (refused.key === change.key) this.dismiss(op);
    this.#event("confirmed", { change, data });
    if (!IN_PASSING.has(change.key)) this.#event("settled", { key: change.key });
    this.#hear(lane);
  }

  /** The answer to a repetition tells an older version than the page: what came after it is what counts. */
  #outdated(lane, newest) {
    if (lane.waiting.length) return;
    lane.known.version = newest;
    this.#event("outdated", { key: lane.key });
  }

  /** What another window saved while a change of one's own was on its way. */
  #hear(lane) {
    const { heard } = lane;
    lane.heard = null;
    if (heard && !lane.isBusy) this.learn(heard);
  }

  #clash(lane, current) {
    const taken = lane.takeOut();
    const change = taken[taken.length - 1];
    const ops = taken.map(({ op }) => op);
    if (saysTheSame(change, current)) {
      this.#drop(ops.slice(0, -1));
      return this.#confirmed(lane, change, { version: current.version });
    }
    lane.heard = null;
    lane.clash = { change, ops, current };
    this.#event("clash", { key: lane.key, change, mine: change.body, theirs: current });
  }

  #refused(lane, change, status, data) {
    lane.rest();
    const next = lane.rebase(change.base);
    if (IN_PASSING.has(change.key)) return this.#drop([change.op], next);
    const refused = { ...change, refused: { status, message: data.message ?? "" } };
    for (const each of [refused, ...next]) this.#keep(each);
    this.#tellRefused(refused);
  }

  #tellRefused(change) {
    const { status, message } = change.refused;
    this.refusals.set(change.op, change);
    this.#event(status === 423 ? "locked" : "refused", { change, message });
  }

  #event(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #tell() {
    this.#event("state", { state: this.state, unsaved: this.unsaved });
  }
}
