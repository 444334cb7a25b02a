/** Offers the items of this rating while a tag is typed: a list under the text, led by the keys of the text. */
import { offers, tagAt, withTag } from "./tags.mjs";

let made = 0;

export class TagBox {
  /** `items()` gives [{id, name}], `current()` the id of the item in work. */
  constructor(box, items, current, say, announce) {
    Object.assign(this, { box, items, current, say, announce, found: [], at: -1 });
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: `tag-list-${(made += 1)}`, className: "tag-list", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", say("tag_list"));
    box.after(this.list);
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    box.setAttribute("aria-controls", this.list.id);
    box.addEventListener("input", () => this.#look());
    box.addEventListener("keydown", (event) => this.#pressed(event));
    box.addEventListener("blur", () => this.#close());
    this.list.addEventListener("pointerdown", (event) => this.#pointed(event));
  }

  /** Put the tag of an item at the caret, or in the place of what is selected. */
  insert(id) {
    this.#write(this.box.selectionStart, this.box.selectionEnd, id);
  }

  #look() {
    const { box } = this;
    const tag = box.selectionStart === box.selectionEnd ? tagAt(box.value, box.selectionStart) : null;
    if (!tag) return this.#close();
    const wasOpen = !this.list.hidden;
    this.start = tag.start;
    this.found = offers(tag.word, this.items(), this.current());
    const isWhole = this.found.some(({ id }) => id.toLowerCase() === tag.word.toLowerCase());
    this.list.replaceChildren(...this.found.map((item, n) => this.#option(item, n)));
    this.list.hidden = !this.found.length;
    this.#point(this.found.length && !isWhole ? 0 : -1);
    if (this.found.length && !wasOpen) this.announce(this.say("tags_offered", { n: this.found.length }));
  }

  #option({ id, name }, n) {
    const option = document.createElement("li");
    const word = Object.assign(document.createElement("strong"), { textContent: `#${id}` });
    option.id = `${this.list.id}-${n}`;
    option.setAttribute("role", "option");
    option.append(word, " ", Object.assign(document.createElement("span"), { textContent: name }));
    return option;
  }

  #point(at) {
    this.at = at;
    [...this.list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    const option = this.list.children[at];
    if (option) this.box.setAttribute("aria-activedescendant", option.id);
    else this.box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  #pressed(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#point((Math.max(this.at, step < 0 ? 0 : -1) + step + this.found.length) % this.found.length);
    else if (event.key === "Escape") this.#close();
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey && this.at >= 0) this.#take(this.at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #pointed(event) {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) this.#take([...this.list.children].indexOf(option));
  }

  #take(at) {
    this.#write(this.start, this.box.selectionEnd, this.found[at].id);
  }

  #write(start, end, id) {
    const { text, caret } = withTag(this.box.value, start, end, id);
    this.box.value = text;
    this.box.focus();
    this.box.setSelectionRange(caret, caret);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.#close();
  }

  #close() {
    this.list.hidden = true;
    this.#point(-1);
  }
}
