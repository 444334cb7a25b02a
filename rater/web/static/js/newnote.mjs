/** The note that is being typed: its second, its tags, and a draft that outlives the page. */
import { formatTime } from "./clock.mjs";
import { newId } from "./lane.mjs";

const DRAFT_MS = 400;

/** The stamp after the text has changed: taken when typing begins, dropped when nothing is left. */
export function stampAfter(text, stamp, now) {
  if (!text.trim()) return null;
  return stamp ?? now;
}

export class NewNote {
  constructor(notes, element) {
    Object.assign(this, { notes, element, stamp: null, store: notes.saver.store, rating: notes.root.dataset.rating });
    this.part = (name) => notes.root.querySelector(`[data-part="${name}"]`);
    this.text = this.part("note-text");
    element.hidden = this.part("note-hint").hidden = false;
    this.#openTagging(notes.tagged(this.text));
    this.text.addEventListener("input", () => this.#typed());
    this.text.addEventListener("keydown", (event) => this.#pressed(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.#keepDraft());
    notes.player?.addEventListener("time", () => this.#showStamp());
    this.#showStamp();
    this.#recall();
  }

  get draft() {
    return this.text.value.trim();
  }

  focus() {
    this.text.focus();
  }

  #openTagging(tags) {
    const { notes } = this;
    const button = this.part("note-tag");
    const show = () => {
      const item = notes.inWork;
      button.hidden = !item;
      if (!item) return;
      const tag = (button.textContent = `#${item.dataset.item}`);
      button.setAttribute("aria-label", notes.say("tag_with", { tag, item: item.querySelector(".item-text").textContent }));
    };
    button.addEventListener("click", () => tags.insert(notes.inWork.dataset.item));
    notes.root.addEventListener("work", show);
    show();
  }

  #pressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#keep();
    } else if (event.key === "Escape") {
      if (this.notes.inWork) this.notes.inWork.focus({ preventScroll: true });
      else this.text.blur();
    }
  }

  #typed() {
    this.stamp = stampAfter(this.text.value, this.stamp, this.notes.player?.now ?? 0);
    this.#showStamp();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#keepDraft(), DRAFT_MS);
  }

  #showStamp() {
    this.element.classList.toggle("is-stamped", this.stamp !== null);
    this.part("note-stamp").textContent = formatTime(this.stamp ?? this.notes.player?.now ?? 0);
  }

  #keep() {
    if (!this.draft) return;
    this.notes.add({ id: newId(), second: Math.round(this.stamp * 10) / 10, text: this.draft });
    this.text.value = "";
    this.#typed();
    this.#keepDraft();
  }

  #keepDraft() {
    clearTimeout(this.timer);
    return this.store?.keepDraft?.(this.rating, this.draft, this.stamp);
  }

  /** What was being typed when the page was left. */
  async #recall() {
    const left = await this.store?.draft?.(this.rating);
    if (!left || this.draft) return;
    this.text.value = left.text;
    this.stamp = left.stamp;
    this.#showStamp();
  }
}
