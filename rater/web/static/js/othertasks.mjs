/** Tasks that the homework log lacks: free rows of the rater's own, saved as they are typed. */
import { newId } from "./lane.mjs";

const TYPED_MS = 500;

/** The id of the row that a change belongs to, or null. */
export function rowOf(key) {
  return /^other-([\w-]+)$/.exec(key)?.[1] ?? null;
}

/** What a row says, or null where it has no description yet and cannot be saved. */
export function rowBody(description, type, completed) {
  const words = description.trim();
  return words ? { description: words, type, completed: completed || null } : null;
}

export class OtherTasks {
  constructor(root, saver, say, announce) {
    this.box = root.querySelector('[data-part="other-tasks"]');
    if (!this.box) return;
    Object.assign(this, { root, saver, say, announce, saved: new Map() });
    this.list = this.box.querySelector('[data-part="other-list"]');
    this.mould = this.box.querySelector("template");
    this.add = this.box.querySelector('[data-part="other-add"]');
    for (const row of this.list.children) this.#adopt(row);
    saver.addEventListener("confirmed", ({ detail }) => this.#confirmed(detail));
    if (!this.add) return;
    this.add.hidden = false;
    this.add.addEventListener("click", () => this.#field(this.#make(newId()), "description").focus());
  }

  /** Show what a change says of a row, without saving it. */
  restore({ key, method, body }) {
    const id = rowOf(key);
    if (!id || !this.box) return;
    const row = this.#find(id);
    if (method === "DELETE") return void row?.remove();
    const shown = row && !row.classList.contains("is-deleted") ? row : this.#make(id, row);
    this.#fill(shown, body);
  }

  #find(id) {
    return [...this.list.children].find((row) => row.dataset.row === id);
  }

  #field(row, name) {
    return row.querySelector(`[data-field="${name}"]`);
  }

  #bodyOf(row) {
    return rowBody(...["description", "type", "completed"].map((name) => this.#field(row, name).value));
  }

  #fill(row, body) {
    for (const name of ["description", "type", "completed"]) {
      const field = this.#field(row, name);
      if (field !== document.activeElement) field.value = body[name] ?? "";
    }
    this.saved.set(row.dataset.row, JSON.stringify(this.#bodyOf(row)));
  }

  /** A new row, in the place of another one where there is one. */
  #make(id, instead = null) {
    const row = this.mould.content.firstElementChild.cloneNode(true);
    row.dataset.row = id;
    if (instead) instead.replaceWith(row);
    else this.list.append(row);
    this.#listen(row);
    return row;
  }

  #adopt(row) {
    this.saver.know(this.#key(row), { version: Number(row.dataset.version) });
    this.saved.set(row.dataset.row, JSON.stringify(this.#bodyOf(row)));
    this.#listen(row);
  }

  #listen(row) {
    const field = this.#field(row, "description");
    let timer;
    row.addEventListener("change", () => this.#save(row));
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#save(row), TYPED_MS);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#save(row);
    });
    const remove = row.querySelector('[data-part="other-delete"]');
    remove.hidden = !this.add;
    remove.addEventListener("click", () => this.#delete(row));
  }

  #key(row) {
    return `other-${row.dataset.row}`;
  }

  #url(row) {
    return this.box.dataset.url + row.dataset.row;
  }

  #save(row) {
    const body = this.#bodyOf(row);
    const said = JSON.stringify(body);
    if (!row.isConnected || !body || said === this.saved.get(row.dataset.row)) return;
    this.saved.set(row.dataset.row, said);
    this.saver.put(this.#key(row), { url: this.#url(row), body, merge: true, versioned: true });
  }

  #delete(row) {
    const { row: id } = row.dataset;
    if (!this.saved.has(id)) return this.#leave(row);
    const body = this.#bodyOf(row) ?? JSON.parse(this.saved.get(id));
    this.saver.put(this.#key(row), { method: "DELETE", url: this.#url(row), body: {} });
    this.saved.delete(id);
    this.announce(this.say("task_deleted", { task: body.description }));
    this.#offerUndo(row, body);
  }

  #leave(row) {
    row.remove();
    this.add.focus();
  }

  #offerUndo(row, body) {
    const gone = document.createElement("li");
    gone.className = "is-deleted";
    gone.dataset.row = row.dataset.row;
    const undo = Object.assign(document.createElement("button"), { type: "button", className: "button button-plain button-small" });
    undo.textContent = this.say("undo");
    undo.addEventListener("click", () => this.#undo(gone, body));
    const words = Object.assign(document.createElement("span"), { className: "quiet" });
    words.textContent = this.say("task_deleted", { task: body.description });
    gone.append(words, undo);
    row.replaceWith(gone);
    undo.focus();
  }

  #undo(gone, body) {
    const row = this.#make(gone.dataset.row, gone);
    for (const [name, value] of Object.entries(body)) this.#field(row, name).value = value ?? "";
    this.#save(row);
    this.#field(row, "description").focus();
  }

  /** The form without scripts tells the version it was made with. */
  #confirmed({ change, data }) {
    const id = rowOf(change.key);
    const seen = id && this.#find(id)?.querySelector(`input[name="other-seen-${id}"]`);
    if (seen && data.version !== undefined) seen.value = data.version;
  }
}
