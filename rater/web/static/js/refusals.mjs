/** Changes that the server will not take: shown in words, a note's text to copy, until the rater has seen them. */

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class Refusals {
  /** Shows the saver's refusals at the end of `place`; one list for what is locked, one for what was not accepted. */
  constructor(place, saver, say) {
    Object.assign(this, { place, saver, say, lists: new Map() });
    for (const kind of ["locked", "refused"]) saver.addEventListener(kind, ({ detail }) => this.#add(kind, detail));
    saver.addEventListener("settled", ({ detail }) => this.#remove((each) => each.key === detail.key));
  }

  #add(kind, { change, message }) {
    this.#remove((each) => each.key === change.key && each.op !== change.op, true);
    const { box, list } = this.#listOf(kind);
    const { name, value } = change.words ?? { name: change.key, value: "" };
    const row = element("li", {}, this.say("entry", { name, value }), message && kind === "refused" ? ` (${message})` : "");
    if (typeof change.body.text === "string") row.append(" ", this.#copy(change.body.text));
    Object.assign(row, { key: change.key, op: change.op });
    list.append(row);
    this.place.append(box);
  }

  #listOf(kind) {
    if (!this.lists.has(kind)) {
      const list = element("ul");
      const seen = element("button", { type: "button", className: "button button-small", textContent: this.say("dismiss") });
      const box = element("div", { className: "notice notice-lost" }, element("strong", { textContent: this.say(kind) }), list, seen);
      seen.addEventListener("click", () => this.#remove((each) => each.parentNode === list, true));
      this.lists.set(kind, { box, list });
    }
    return this.lists.get(kind);
  }

  #remove(isMeant, dismiss = false) {
    for (const { box, list } of this.lists.values()) {
      for (const row of [...list.children].filter(isMeant)) {
        if (dismiss) this.saver.dismiss(row.op);
        row.remove();
      }
      if (!list.children.length) box.remove();
    }
  }

  #copy(text) {
    const copy = element("button", { type: "button", className: "button button-small", textContent: this.say("copy") });
    copy.addEventListener("click", async () => {
      await navigator.clipboard?.writeText(text);
      copy.textContent = this.say("copied");
    });
    return copy;
  }
}
