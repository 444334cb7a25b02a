/** One note in the list: its second to hear it from, its text with its tags, and the acts on it. */
import { formatTime } from "./clock.mjs";
import { pieces } from "./tags.mjs";

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class NoteRow {
  constructor(notes, note, row) {
    Object.assign(this, { notes, note, element: row, say: notes.say, box: null });
    row.id = `note-${note.id}`;
    row.dataset.note = note.id;
    this.draw();
  }

  /** What has been typed over the note and is not kept; null where nothing is. */
  get unkept() {
    const typed = this.box?.value.trim();
    return typed && typed !== this.began ? typed : null;
  }

  /** Show the note as it is now; while it is being changed here, what came from elsewhere (not `mine`) is told above. */
  draw(mine = true) {
    if (!mine && this.box && !this.note.deleted) return this.#tellMeanwhile();
    this.box = null;
    this.element.dataset.second = this.note.second;
    this.element.className = this.note.deleted ? "is-deleted" : "";
    this.element.replaceChildren(...(this.note.deleted ? this.#gone() : this.#shown()));
  }

  get #time() {
    return formatTime(this.note.second);
  }

  #shown() {
    const words = element("p", {}, ...this.#words());
    if (!this.notes.canWrite) return [this.#hear(), words];
    const acts = element("span", { className: "acts" });
    acts.append(this.#act("edit", () => this.#edit()), this.#act("delete", () => this.notes.delete(this.note)));
    return [this.#hear(), words, acts];
  }

  #words() {
    const items = this.notes.items.map(({ id }) => id);
    return pieces(this.note.text, items).map(({ text, item }) =>
      item ? element("a", { className: "tag", href: `#item-${item}`, textContent: text }) : text,
    );
  }

  #act(word, onclick) {
    const button = element("button", { type: "button", textContent: this.say(word), onclick });
    button.setAttribute("aria-label", `${this.say(word)}: ${this.say("note_edit_label", { time: this.#time })}`);
    return button;
  }

  #hear() {
    const { player } = this.notes;
    if (!player) return element("span", { className: "stamp", textContent: this.#time });
    const hear = element("button", { type: "button", className: "stamp", textContent: this.#time });
    hear.setAttribute("aria-label", this.say("hear", { time: this.#time }));
    hear.addEventListener("click", () => player.hear(this.note.second));
    return hear;
  }

  #gone() {
    const words = element("p", { className: "quiet", textContent: this.say("note_deleted", { time: this.#time }) });
    const undo = element("button", { type: "button", textContent: this.say("undo"), onclick: () => this.notes.undo(this.note) });
    return [element("span"), words, undo];
  }

  #edit() {
    this.box = element("textarea", { value: this.note.text, rows: 2, maxLength: 10_000 });
    this.began = this.note.text;
    this.box.setAttribute("aria-label", this.say("note_edit_label", { time: this.#time }));
    const keep = element("button", { type: "button", textContent: this.say("keep"), onclick: () => this.#keep() });
    const cancel = element("button", { type: "button", textContent: this.say("cancel"), onclick: () => this.#leave() });
    const buttons = element("span", { className: "editing" }, keep, cancel);
    this.element.replaceChildren(this.element.firstChild, element("div", { className: "edit-box" }, this.box), buttons);
    this.notes.tagged(this.box);
    this.box.addEventListener("keydown", (event) => this.#pressed(event));
    this.box.focus();
  }

  #pressed(event) {
    if (event.key === "Escape") this.#leave();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#keep();
  }

  #keep() {
    this.notes.change(this.note, this.box.value);
    this.#focus();
  }

  #leave() {
    this.draw();
    this.#focus();
  }

  #focus() {
    this.element.querySelector(".acts button")?.focus();
  }

  #tellMeanwhile() {
    this.meanwhile?.remove();
    this.meanwhile = element("p", { className: "quiet meanwhile", textContent: this.say("note_meanwhile", { text: this.note.text }) });
    this.box.parentElement.before(this.meanwhile);
  }
}
