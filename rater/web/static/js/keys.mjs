/** One key for each act that is repeated; none of them while somebody types. */

const TYPING = "textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=range]), [contenteditable]";
const OWN_SPACE = "button, summary, a, input[type=checkbox], label";
const KEY = "rater-keys";

/** The act that a key press stands for, or null. `digit` carries the point. */
export function actFor({ key, shiftKey = false, ctrlKey = false, altKey = false, metaKey = false }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (/^[0-9]$/.test(key)) return { act: "rate", digit: key };
  if (key === "ArrowLeft") return { act: "seek", seconds: shiftKey ? -30 : -5 };
  if (key === "ArrowRight") return { act: "seek", seconds: shiftKey ? 30 : 5 };
  const acts = { " ": "play", "[": "slower", "]": "faster", ArrowUp: "up", ArrowDown: "down", n: "note", m: "code", Delete: "clear", Backspace: "clear", "?": "help" };
  return key in acts ? { act: acts[key] } : null;
}

export class Keys {
  /** `acts`: a function per act; an act that answers false leaves the key to the browser. */
  constructor(acts, say, announce) {
    Object.assign(this, { acts, say, announce });
    this.dialog = document.querySelector('[data-part="keys-dialog"]');
    this.on = localStorage.getItem(KEY) !== "off";
    this.#connectDialog();
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #connectDialog() {
    const open = document.querySelector('[data-part="keys-open"]');
    const tick = document.querySelector('[data-part="keys-on"]');
    open.hidden = false;
    open.addEventListener("click", () => this.dialog.showModal());
    tick.checked = this.on;
    tick.addEventListener("change", () => {
      this.on = tick.checked;
      localStorage.setItem(KEY, this.on ? "on" : "off");
      if (!this.on) this.announce(this.say("keys_off"));
    });
    this.acts.help = () => this.dialog.showModal();
  }

  #pressed(event) {
    const { target } = event;
    if (event.key === "Enter" && target.matches("input[type=radio], input[type=checkbox]")) return this.#choose(event);
    if (!this.on || event.defaultPrevented || event.isComposing) return;
    if (target.matches(TYPING) || document.querySelector("dialog[open]")) return;
    const wanted = actFor(event);
    if (!wanted || (wanted.act === "play" && target.closest(OWN_SPACE))) return;
    if (this.acts[wanted.act]?.(wanted) !== false) event.preventDefault();
  }

  /** Enter on a point chooses it; it never submits the rating by accident. */
  #choose(event) {
    event.preventDefault();
    event.target.click();
  }
}
