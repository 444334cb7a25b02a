/** The rater's own notes, each bound to the second at which its typing began. */
import { formatTime } from "./clock.mjs";
import { ItemNotes } from "./itemnotes.mjs";
import { NewNote } from "./newnote.mjs";
import { NoteRow } from "./noterow.mjs";
import { TagBox } from "./tagbox.mjs";

/** Notes in the order of the recording; of equal seconds the earlier one first. */
export function inOrder(notes) {
  return [...notes].sort((a, b) => a.second - b.second);
}

/** The id of the note that a change belongs to, or null. */
export function noteOf(key) {
  return /^note-([\w-]+)$/.exec(key)?.[1] ?? null;
}

export class Notes {
  constructor(root, saver, player, say, announce) {
    Object.assign(this, { root, saver, player, say, announce });
    this.list = root.querySelector('[data-part="note-list"]');
    this.beside = new ItemNotes(root, player, say);
    this.items = [...root.querySelectorAll(".item")].map((item) => ({
      id: item.dataset.item,
      name: item.querySelector(".item-text").textContent,
    }));
    this.notes = [];
    const box = root.querySelector('[data-part="note-new"]');
    if (box) this.new = new NewNote(this, box);
    this.notes = [...this.list.children].map((row) => this.#adopt(row));
    player?.addEventListener("time", ({ detail }) => this.#near(detail));
    this.#show();
  }

  /** Text that was typed and not kept yet, in the new note or in one that is being changed. */
  get draft() {
    return this.new?.draft || (this.notes.find((note) => note.row.unkept)?.row.unkept ?? "");
  }

  get canWrite() {
    return Boolean(this.new);
  }

  focus() {
    this.new?.focus();
  }

  /** The item in work, if any. */
  get inWork() {
    return this.root.querySelector(".item.is-current");
  }

  /** Keep a new note. */
  add(note) {
    this.#insert(note);
    this.#save(note);
    this.announce(this.say("note_kept", { time: formatTime(note.second) }));
  }

  /** Show a note as a change makes it, without saving it; other changes are passed over. */
  restore({ key, method, body }) {
    const id = noteOf(key);
    if (!id) return;
    const note = this.notes.find((each) => each.id === id);
    if (method === "DELETE") this.#forget(note);
    else if (note) this.#set(note, body, false);
    else this.#insert({ id, second: body.second, text: body.text });
  }

  /** The value that another window or computer gave. */
  show(key, current) {
    this.restore({ key, method: "PUT", body: current });
  }

  /** A box for a note's text in which tags are completed. */
  tagged(box) {
    return new TagBox(box, () => this.items, () => this.inWork?.dataset.item, this.say, this.announce);
  }

  /** Keep other words for a note. */
  change(note, text) {
    const kept = text.trim();
    if (kept && kept !== note.text) {
      this.#set(note, { text: kept });
      this.#save(note);
    } else note.row.draw();
  }

  delete(note) {
    note.deleted = true;
    this.saver.put(this.#key(note), { method: "DELETE", url: this.#url(note), body: {} });
    this.announce(this.say("note_deleted", { time: formatTime(note.second) }));
    note.row.draw();
    note.row.element.querySelector("button").focus();
    this.#show();
  }

  undo(note) {
    this.#set(note, {});
    this.#save(note);
    note.row.element.querySelector("button")?.focus();
  }

  #key({ id }) {
    return `note-${id}`;
  }

  #url({ id }) {
    return `${this.root.dataset.note}/${id}`;
  }

  #save(note) {
    const { second, text } = note;
    this.saver.put(this.#key(note), { url: this.#url(note), body: { second, text }, merge: true, versioned: true });
  }

  #adopt(element) {
    const { note: id, second, version } = element.dataset;
    const note = { id, second: Number(second), text: element.querySelector("p").textContent };
    this.saver.know(this.#key(note), { version: Number(version ?? 1) });
    note.row = new NoteRow(this, note, element);
    return note;
  }

  #insert(note) {
    note.row = new NoteRow(this, note, document.createElement("li"));
    this.notes.push(note);
    this.#place(note);
    this.#show();
  }

  #set(note, { second = note.second, text = note.text }, mine = true) {
    const changed = { second, text, deleted: false };
    Object.assign(note, changed);
    note.row.draw(mine);
    this.#place(note);
    this.#show();
  }

  #forget(note) {
    if (!note) return;
    note.row.element.remove();
    this.notes = this.notes.filter((each) => each !== note);
    this.#show();
  }

  /** Put the row where it belongs, and no other anywhere else: somebody may be typing in one. */
  #place(note) {
    this.notes = inOrder(this.notes);
    const next = this.notes[this.notes.indexOf(note) + 1];
    const { element } = note.row;
    if (element.nextElementSibling !== (next?.row.element ?? null) || !element.isConnected) this.list.insertBefore(element, next?.row.element ?? null);
  }

  #show() {
    const there = this.notes.filter((note) => !note.deleted);
    this.list.closest("section").hidden = !this.new && !this.notes.length;
    this.player?.mark(there.map((note) => note.second));
    this.beside.show(there);
  }

  #near(now) {
    for (const { row, second } of this.notes) row.element.classList.toggle("is-near", now >= second && now - second < 4);
  }
}
