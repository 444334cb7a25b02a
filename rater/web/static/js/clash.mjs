/** Two windows gave one item two values: both are shown, the rater chooses. */
export class Clash {
  constructor(saver, items, say) {
    Object.assign(this, { saver, items, say, waiting: [] });
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
    const { key, mine, theirs } = this.waiting[0];
    const item = this.items.items.find((each) => each.dataset.item === key);
    this.part("item").textContent = item.querySelector(".item-text").textContent;
    this.part("mine").textContent = this.#words(mine, item);
    this.part("theirs").textContent = this.#words(theirs, item);
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  #words({ value, missing_code }, item) {
    const given = value === null ? missing_code : String(value);
    return given === null ? this.say("no_value") : this.items.wordsOf(given, item);
  }

  #answered() {
    const { key, theirs } = this.waiting.shift();
    const choice = this.dialog.returnValue === "mine" ? "mine" : "theirs";
    if (choice === "theirs") this.items.show(key, theirs);
    this.saver.resolve(key, choice);
    if (this.waiting.length) this.#ask();
  }
}
