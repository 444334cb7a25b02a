/** Beside each item the notes that are tagged with it, in the order of the recording. */
import { formatTime } from "./clock.mjs";
import { taggedItems } from "./tags.mjs";

/** Notes by the items that they tag: a Map of item to notes. */
export function notesByItem(notes, items) {
  const found = new Map(items.map((item) => [item, []]));
  for (const note of notes) for (const item of taggedItems(note.text, items)) found.get(item).push(note);
  return found;
}

export class ItemNotes {
  constructor(root, player, say) {
    Object.assign(this, { player, say });
    this.lists = new Map([...root.querySelectorAll('[data-part="item-notes"]')].map((list) => [list.dataset.of, list]));
  }

  /** Show these notes, {id, second, text}, in recording order. */
  show(notes) {
    for (const [item, own] of notesByItem(notes, [...this.lists.keys()])) this.#fill(this.lists.get(item), own);
  }

  #fill(list, notes) {
    const state = JSON.stringify(notes.map(({ id, second, text }) => [id, second, text]));
    if (list.dataset.shown === state) return;
    list.dataset.shown = state;
    list.replaceChildren(...notes.map((note) => this.#row(note)));
    list.hidden = !notes.length;
  }

  #row({ id, second, text }) {
    const time = formatTime(second);
    const hear = Object.assign(document.createElement("a"), { className: "stamp", href: `#note-${id}`, textContent: time });
    if (this.player) {
      hear.setAttribute("aria-label", this.say("hear", { time }));
      hear.addEventListener("click", (event) => {
        event.preventDefault();
        this.player.hear(second);
      });
    }
    const row = document.createElement("li");
    row.append(hear, Object.assign(document.createElement("span"), { textContent: text }));
    return row;
  }
}
