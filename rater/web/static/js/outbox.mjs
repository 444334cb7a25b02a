/** On pages without a rating: sends what closed windows of this person left behind, and says so quietly. */
import { Refusals } from "./refusals.mjs";
import { Saver } from "./saving.mjs";
import { Sender, personOf } from "./sending.mjs";
import { browserStore } from "./store.mjs";
import { Tabs } from "./tabs.mjs";
import { speaker } from "./words.mjs";

/** Leftovers by rating, in the order of their first change: [[rating, changes], ...]. */
export function byRating(leftovers) {
  const lots = new Map();
  for (const change of leftovers) lots.set(change.rating, [...(lots.get(change.rating) ?? []), change]);
  return [...lots];
}

/** What a line says of a lot: a sentence's name with its gaps. */
export function lineOf({ sent, unsaved, clashes, state, trouble }) {
  const count = (name, n) => [n === 1 ? `${name}_one` : `${name}_many`, { n }];
  if (clashes) return count("outbox_choose", clashes);
  if (!unsaved) return sent ? count("outbox_saved", sent) : null;
  if (state === "signed_out") return count("outbox_signed_out", unsaved);
  if (trouble) return count("outbox_waiting", unsaved);
  return count("outbox_sending", unsaved);
}

class Lot {
  constructor(outbox, rating, changes) {
    Object.assign(this, { rating, code: changes.find((each) => each.code)?.code ?? "", sent: 0, clashes: [] });
    this.row = document.createElement("p");
    outbox.root.append(this.row);
    this.say = outbox.say;
    const store = handedOver(outbox.store, changes);
    this.saver = new Saver((change) => outbox.sender.send(change), { store });
    this.refusals = new Refusals(outbox.root, this.saver, (name, gaps) => this.say(name, { ...gaps, code: this.code }));
    this.saver.addEventListener("confirmed", ({ detail }) => (this.sent += detail.change.bare ? 0 : 1));
    this.saver.addEventListener("clash", ({ detail }) => this.#clash(outbox.store, detail.key));
    this.saver.addEventListener("state", () => this.#show());
    this.tabs = new Tabs(this.saver, { person: outbox.person, rating, takesOver: false });
    this.saver.recover();
  }

  /** Only the rating's own page can ask which value counts: it finds the changes there. */
  #clash(store, key) {
    this.clashes.push(key);
    store.release(this.saver.open.filter((each) => each.key === key).map(({ op }) => op));
  }

  #show() {
    const { unsaved, state, trouble } = this.saver;
    const line = lineOf({ sent: this.sent, unsaved, clashes: this.clashes.length, state, trouble });
    this.row.hidden = line === null;
    this.row.textContent = line ? this.say(line[0], { ...line[1], code: this.code }) : "";
    if (this.clashes.length) this.row.append(" ", this.#link());
  }

  #link() {
    const link = document.createElement("a");
    return Object.assign(link, { href: `/ratings/${this.rating}`, textContent: this.say("outbox_open", { code: this.code }) });
  }
}

/** The outbox's store, as the saver of one rating sees it: its leftovers are taken over already. */
function handedOver(store, changes) {
  return {
    window: store.window,
    adopt: async () => changes.splice(0),
    has: (op) => store.has(op),
    keep: (change, replaced) => store.keep(change, replaced),
    drop: (ops, updated) => store.drop(ops, updated),
  };
}

export async function attach(root) {
  const say = speaker(JSON.parse(root.querySelector('[data-part="words"]').textContent));
  const sender = new Sender(document);
  const store = browserStore(document);
  const outbox = { root, say, sender, store, person: personOf(document) };
  const lots = byRating(await store.adopt()).map(([rating, changes]) => new Lot(outbox, rating, changes));
  const retry = () => lots.forEach(({ saver }) => saver.retry());
  addEventListener("online", retry);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && retry());
  if (!lots.length) new BroadcastChannel("rater").postMessage({ kind: "here", person: outbox.person, rating: null });
  const others = await store.others();
  if (others) root.append(Object.assign(document.createElement("p"), { className: "quiet", textContent: say("outbox_others") }));
  root.hidden = false;
}
