/**
 * Unconfirmed changes in the browser's own database, sealed for the person who made them.
 *
 * One record per operation: {sequence, person, rating, window, chain, op, iv, sealed}. `window` owns it now and holds
 * a lock of its name as long as it lives; `chain` is the window that made it. Nothing here throws: what cannot be kept
 * stays with the saver, `has(op)` is false, and `why` says the reason: "refused", "full", or "" where all is well.
 */
import { openDB } from "../vendor/idb/index.js";
import { inSendingOrder, newId } from "./lane.mjs";
import { memoryStore } from "./memory.mjs";
import { Seal } from "./sealing.mjs";
import { freeWindows, holdWindow, whileAdopting } from "./windows.mjs";

const PATIENCE_MS = 2000;
/** A page that is still there so long after it was about to be left has not been left. */
const STAYS_AFTER_MS = 5000;
const lockFree = "";
const lasting = { durability: "strict" };

/** The database "rater" of this browser. */
export function openDatabase() {
  return openDB("rater", 1, {
    upgrade(database) {
      database.createObjectStore("changes", { keyPath: "sequence", autoIncrement: true }).createIndex("person", "person");
      database.createObjectStore("drafts", { keyPath: ["person", "rating", "window"] });
    },
    blocking: (_old, _new, event) => event.target.close(),
  });
}

/** The store of the person whom this page was made for; of one rating, or of all where none is named. */
export function browserStore(document, rating = null, code = "") {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const [person, key] = [meta("person-id"), meta("browser-key")];
  if (!globalThis.crypto?.subtle || !navigator.locks || !globalThis.indexedDB) return memoryStore("insecure");
  if (!person || !key) return memoryStore("signed_out");
  return new BrowserStore({ person, rating, code, seal: new Seal(person, key) });
}

function inTime(promise) {
  return Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(() => reject(new DOMException("The database does not answer", "TimeoutError")), PATIENCE_MS)),
  ]);
}

export class BrowserStore {
  constructor({ person, rating = null, code = "", seal, open = openDatabase }) {
    Object.assign(this, { person, rating, code, seal, window: newId(), why: "", unreadable: 0, draftKept: null });
    this.leaving = null;
    globalThis.addEventListener?.("beforeunload", () => this.#leave());
    this.held = new Map();
    this.unkept = new Map();
    this.locks = holdWindow(this.window);
    this.database = inTime(this.locks.then(open));
    this.last = this.database.catch((error) => this.#failed(error));
  }

  get lasting() {
    return this.why === "";
  }

  /** Whether this operation would survive the window. */
  has(op) {
    return this.held.has(op);
  }

  /** Keep a change in place of others; false where the browser does not keep it. */
  keep(change, replaced = []) {
    for (const op of replaced) this.unkept.delete(op);
    this.unkept.set(change.op, change);
    return this.#turn(async (database) => {
      const waiting = [...this.unkept.values()];
      const rows = await Promise.all(waiting.map((each) => this.#row(each)));
      const sequences = await this.#write(database, rows, this.#sequencesOf(replaced));
      waiting.forEach((each, n) => this.#isHeld(each, sequences[n]));
      for (const op of replaced) this.held.delete(op);
      this.why = "";
      return this.held.has(change.op);
    }, false);
  }

  /** Forget confirmed operations; `updated` are changes that now stand on another version. */
  drop(ops, updated = []) {
    for (const op of ops) this.unkept.delete(op);
    if (this.leaving) {
      this.leaving.push(...ops);
      ops = [];
    }
    return this.#turn(async (database) => {
      const rows = await Promise.all(updated.filter(({ op }) => this.held.has(op)).map((each) => this.#row(each)));
      await this.#write(database, rows, this.#sequencesOf(ops));
      for (const op of ops) this.held.delete(op);
    });
  }

  /**
   * The page is being left: what is confirmed from now on stays in the store, since the page that comes next may have
   * been made before it arrived. Sent again from there it does no harm, and shows. A page that stays forgets it later.
   */
  #leave() {
    if (this.leaving) return;
    this.leaving = [];
    setTimeout(() => {
      const ops = this.leaving;
      this.leaving = null;
      this.drop(ops);
    }, STAYS_AFTER_MS);
  }

  /** This person's changes that closed windows left behind, in the order to send them; they are this window's now. */
  adopt() {
    return this.#turn(async (database) => {
      const rows = await whileAdopting(() => this.#takeOver(database));
      const opened = await Promise.all(rows.map((row) => this.#open(row)));
      return this.#rechain(database, inSendingOrder(opened.filter((change) => change !== null)));
    }, []);
  }

  /** What was taken over is one chain from now on, this window's own: its next changes follow on it. */
  async #rechain(database, changes) {
    const sequences = changes.map(({ sequence }) => sequence).sort((a, b) => a - b);
    const mine = changes.map((change, n) => ({ ...change, sequence: sequences[n], chain: this.window }));
    for (const { op, sequence } of mine) this.held.set(op, sequence);
    await this.#write(database, await Promise.all(mine.map((change) => this.#row(change))), []);
    return mine;
  }

  /** Resolves once that window has gone. */
  left(name) {
    return this.locks.then(() => holdWindow(name, { once: true })).catch(() => {});
  }

  /** Give operations back, so that a page that is opened next takes them over. */
  release(ops) {
    return this.#turn(async (database) => {
      const { store, done } = database.transaction("changes", "readwrite", lasting);
      for (const sequence of this.#sequencesOf(ops)) store.put({ ...(await store.get(sequence)), window: lockFree });
      await done;
      for (const op of ops) this.held.delete(op);
    });
  }

  /** How many changes of other people wait in this browser; what they are stays closed. */
  others() {
    return this.#turn(async (database) => {
      const { store } = database.transaction("changes");
      return (await store.count()) - (await store.index("person").count(this.person));
    }, 0);
  }

  /** Take away this person's records that cannot be opened. */
  discard() {
    const sequences = this.broken ?? [];
    Object.assign(this, { broken: [], unreadable: 0 });
    return this.#turn((database) => this.#write(database, [], sequences));
  }

  /** Keep the words of a note that is being typed, with the second it began at; no words: forget them. */
  keepDraft(rating, text, stamp) {
    return this.#turn(async (database) => {
      if (text) await database.put("drafts", await this.#draftRow(rating, { text, stamp }));
      else await database.delete("drafts", [this.person, rating, this.window]);
      this.draftKept = text;
      return true;
    }, false);
  }

  /** What was being typed in this rating when its window closed: {text, stamp}, or null. Several are joined by a line. */
  draft(rating) {
    return this.#turn((database) => whileAdopting(() => this.#takeDrafts(database, rating)), null);
  }

  /** Whether exactly this draft would survive the window. */
  holdsDraft(text) {
    return this.draftKept === text;
  }

  /** One thing after the other; a fault answers `otherwise`. */
  #turn(act, otherwise) {
    this.last = this.last.then(async () => {
      try {
        return await act(await this.database);
      } catch (error) {
        this.#failed(error);
        return otherwise;
      }
    });
    return this.last;
  }

  #failed(error) {
    this.why = error?.name === "QuotaExceededError" ? "full" : "refused";
  }

  async #row({ op, rating = this.rating, code = this.code, chain = this.window, ...change }) {
    const known = this.held.get(op);
    const sealed = await this.seal.close(op, { ...change, code });
    const row = { person: this.person, rating, window: this.window, chain, op, ...sealed };
    return known === undefined ? row : { ...row, sequence: known };
  }

  async #write(database, rows, gone) {
    const { store, done } = database.transaction("changes", "readwrite", lasting);
    const written = rows.map((row) => store.put(row));
    for (const sequence of gone) store.delete(sequence);
    await Promise.all([...written, done]);
    return Promise.all(written);
  }

  #isHeld(change, sequence) {
    this.held.set(change.op, sequence);
    if (this.unkept.get(change.op) === change) this.unkept.delete(change.op);
  }

  #sequencesOf(ops) {
    return ops.map((op) => this.held.get(op)).filter((sequence) => sequence !== undefined);
  }

  async #takeOver(database) {
    const all = await database.getAllFromIndex("changes", "person", this.person);
    const left = all.filter((row) => row.window !== this.window && (this.rating === null || row.rating === this.rating));
    const free = await freeWindows(left.map((row) => row.window));
    const taken = left.filter((row) => free.has(row.window)).map((row) => ({ ...row, window: this.window }));
    await this.#write(database, taken, []);
    return taken;
  }

  async #open(row) {
    const { sequence, rating, chain, op } = row;
    try {
      const change = { ...(await this.seal.open(op, row)), sequence, rating, chain, op };
      this.held.set(op, sequence);
      return change;
    } catch {
      this.unreadable += 1;
      (this.broken ??= []).push(sequence);
      return null;
    }
  }

  async #draftRow(rating, draft) {
    const row = { person: this.person, rating, window: this.window };
    return { ...row, ...(await this.seal.close(`draft ${rating}`, draft)) };
  }

  async #takeDrafts(database, rating) {
    const all = await database.getAll("drafts", IDBKeyRange.bound([this.person, rating, ""], [this.person, rating, "g"]));
    const free = await freeWindows(all.map((row) => row.window).filter((name) => name !== this.window));
    const taken = all.filter((row) => free.has(row.window));
    const opened = await Promise.all(taken.map((row) => this.seal.open(`draft ${rating}`, row).catch(() => null)));
    const drafts = opened.filter((each) => each !== null);
    if (!drafts.length) return null;
    const joined = { text: drafts.map(({ text }) => text).join("\n"), stamp: drafts[0].stamp };
    const row = await this.#draftRow(rating, joined);
    const { store, done } = database.transaction("drafts", "readwrite", lasting);
    store.put(row);
    for (const { window } of taken) store.delete([this.person, rating, window]);
    await done;
    this.draftKept = joined.text;
    return joined;
  }
}
