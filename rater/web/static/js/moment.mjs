/** The moment of a comment: the second at which its typing began, or the loop that is set. */
import { formatTime } from "./clock.mjs";

/** What a comment is about once its text has changed: nothing without a text, else what it was begun at. */
export function momentAfter(text, begun, { now, loop }) {
  if (!text.trim()) return null;
  if (begun) return begun;
  return loop?.stop === undefined ? { start: now, stop: null } : { start: loop.start, stop: loop.stop };
}

export class NewComment {
  constructor(root, player) {
    Object.assign(this, { root, player, begun: null });
    root.addEventListener("input", ({ target }) => target === this.text && this.#typed());
    this.hint();
  }

  get text() {
    return this.root.querySelector("#new-text");
  }

  focus() {
    this.text.focus();
    this.text.scrollIntoView({ block: "nearest" });
  }

  /** A fresh form has come: the next comment has its own moment. */
  renew() {
    this.begun = this.text.value.trim() ? {} : null;
    this.hint();
  }

  hint() {
    this.root.querySelector('[data-part="new-hint"]').hidden = false;
  }

  #typed() {
    const before = this.begun;
    this.begun = momentAfter(this.text.value, before, { now: this.player?.now ?? 0, loop: this.player?.stretch.state });
    if (!this.player || Boolean(before) === Boolean(this.begun)) return;
    for (const name of ["start", "stop"]) this.#fill(name, this.begun?.[name] ?? null, before?.[name] ?? null);
  }

  /** Fill a time in, unless another one has been typed there. */
  #fill(name, second, before) {
    const field = this.root.querySelector(`#new-${name}`);
    if (field.value && (before === null || field.value !== formatTime(before))) return;
    field.value = second === null ? "" : formatTime(second);
  }
}
