/** Two computers gave one thing two values: both are shown, the rater chooses, and nothing is dropped before. */
import { kindOf } from "./describing.mjs";

export class Clash {
  constructor(saver, describe, say) {
    Object.assign(this, { saver, describe, say, waiting: [] });
    this.dialog = document.querySelector('[data-part="conflict-dialog"]');
    this.part = (name) => this.dialog.querySelector(`[data-part="conflict-${name}"]`);
    saver.addEventListener("clash", ({ detail }) => {
      this.waiting.push(detail);
      if (!this.dialog.open) this.#ask();
    });
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.addEventListener("close", () => this.#answered());
  }

  #ask() {
    const { key, change, theirs } = this.waiting[0];
    const mine = this.describe(change);
    const [kind] = kindOf(key);
    this.part("title").textContent = this.say({ item: "clash_item", note: "clash_note" }[kind] ?? "clash_entry");
    this.part("item").textContent = mine.name;
    this.part("mine").textContent = mine.value;
    this.part("theirs").textContent = this.describe({ key, body: { ...change.body, ...theirs } }).value;
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  /** A dialog that was closed without a choice, as a second Escape does, is opened again. */
  #answered() {
    const choice = this.dialog.returnValue;
    if (!["mine", "theirs"].includes(choice)) return this.#ask();
    this.saver.resolve(this.waiting.shift().key, choice);
    if (this.waiting.length) this.#ask();
  }
}
