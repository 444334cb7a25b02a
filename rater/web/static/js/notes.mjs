/** The rater's own notes, each bound to the second at which its typing began. */
import { formatTime } from "./clock.mjs";

/** The stamp after the text has changed: taken when typing begins, dropped when nothing is left. */
export function stampAfter(text, stamp, now) {
  if (!text.trim()) return null;
  return stamp ?? now;
}

/** Notes in the order of the recording; of equal seconds the earlier one first. */
export function inOrder(notes) {
  return [...notes].sort((a, b) => a.second - b.second);
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class Notes {
  constructor(root, saver, player, say, announce) {
    Object.assign(this, { saver, player, say, announce, url: root.dataset.note, stamp: null, made: 0 });
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.list = this.part("note-list");
    this.text = this.part("note-text");
    this.notes = [...this.list.children].map((row) => this.#adopt(row));
    this.part("notes").hidden = !this.text && !this.notes.length;
    if (this.text) this.#open();
    this.player?.addEventListener("time", ({ detail }) => this.#near(detail));
    this.#render();
  }

  /** Text that was typed and not kept yet. */
  get draft() {
    return this.text?.value.trim() ?? "";
  }

  focus() {
    this.text?.focus();
  }

  #adopt(row) {
    const key = `note-${row.dataset.note}`;
    this.saver.know(key, { id: row.dataset.note });
    return { key, second: Number(row.dataset.second), text: row.querySelector("p").textContent };
  }

  #open() {
    this.part("note-new").hidden = false;
    this.part("note-hint").hidden = false;
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#keep();
      } else if (event.key === "Escape") this.text.blur();
    });
    this.player?.addEventListener("time", () => this.#showStamp());
    this.#showStamp();
  }

  #typed() {
    this.stamp = stampAfter(this.text.value, this.stamp, this.player?.now ?? 0);
    this.#showStamp();
  }

  #showStamp() {
    this.part("note-new").classList.toggle("is-stamped", this.stamp !== null);
    this.part("note-stamp").textContent = formatTime(this.stamp ?? this.player?.now ?? 0);
  }

  #keep() {
    if (!this.draft) return;
    this.#add({ second: Math.round(this.stamp * 10) / 10, text: this.draft });
    this.announce(this.say("note_kept", { time: formatTime(this.stamp) }));
    this.text.value = "";
    this.#typed();
  }

  #add({ second, text }) {
    this.made += 1;
    const note = { key: `note-new-${this.made}-${Date.now()}`, second, text };
    this.saver.put(note.key, { method: "POST", url: this.url, body: { second, text } });
    this.notes.push(note);
    this.#render();
  }

  #change(note, text) {
    const kept = text.trim();
    if (kept && kept !== note.text) {
      note.text = kept;
      this.saver.put(note.key, { url: `${this.url}/{id}`, body: { text: kept }, merge: true });
    }
    this.#render();
  }

  #delete(note) {
    this.saver.put(note.key, { method: "DELETE", url: `${this.url}/{id}`, body: {} });
    note.deleted = true;
    this.announce(this.say("note_deleted", { time: formatTime(note.second) }));
    this.#render();
    this.list.querySelector(".is-deleted button")?.focus();
  }

  #undo(note) {
    this.notes = this.notes.filter((each) => each !== note);
    this.#add(note);
  }

  #render() {
    this.notes = inOrder(this.notes);
    this.list.replaceChildren(...this.notes.map((note) => (note.deleted ? this.#gone(note) : this.#row(note))));
    this.player?.mark(this.notes.filter((note) => !note.deleted).map((note) => note.second));
  }

  #row(note) {
    const time = formatTime(note.second);
    const row = element("li", {}, this.#hearButton(note, time), element("p", { textContent: note.text }));
    row.dataset.second = note.second;
    if (!this.text) return row;
    const act = (word, onclick) => {
      const button = element("button", { type: "button", textContent: this.say(word), onclick });
      button.setAttribute("aria-label", `${this.say(word)}: ${this.say("note_edit_label", { time })}`);
      return button;
    };
    row.append(
      element("span", { className: "acts" }, act("edit", () => this.#edit(note, row)), act("delete", () => this.#delete(note))),
    );
    return row;
  }

  #hearButton(note, time) {
    if (!this.player) return element("span", { className: "stamp", textContent: time });
    const hear = element("button", { type: "button", className: "stamp", textContent: time, title: this.say("hear", { time }) });
    hear.addEventListener("click", () => this.player.hear(note.second));
    return hear;
  }

  #gone(note) {
    const words = element("p", { className: "quiet", textContent: this.say("note_deleted", { time: formatTime(note.second) }) });
    const undo = element("button", { type: "button", textContent: this.say("undo"), onclick: () => this.#undo(note) });
    return element("li", { className: "is-deleted" }, element("span"), words, undo);
  }

  #edit(note, row) {
    const box = element("textarea", { value: note.text, rows: 2, maxLength: 2000 });
    box.setAttribute("aria-label", this.say("note_edit_label", { time: formatTime(note.second) }));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#render();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#change(note, box.value);
    });
    const keep = element("button", { type: "button", textContent: this.say("keep"), onclick: () => this.#change(note, box.value) });
    const cancel = element("button", { type: "button", textContent: this.say("cancel"), onclick: () => this.#render() });
    row.replaceChildren(row.firstChild, box, element("span", { className: "editing" }, keep, cancel));
    box.focus();
  }

  #near(now) {
    for (const row of this.list.children) {
      const since = now - Number(row.dataset.second);
      row.classList.toggle("is-near", since >= 0 && since < 4);
    }
  }
}
