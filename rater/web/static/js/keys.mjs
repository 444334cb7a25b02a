/** One key for each act that is repeated; none of them while somebody types. */

const TYPING = "textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=range]), [contenteditable]";
const LOG_CHOICE = ".log input[type=radio]";
const OWN_SPACE = `button, summary, a, input[type=checkbox], label, ${LOG_CHOICE}`;
const BESIDE_THE_ITEMS = ".log, .submit, .notes, dialog";
const KEY = "rater-keys";
const SEEN = "rater-keys-seen-";

const ACTS = {
  " ": "play",
  "[": "slower",
  "]": "faster",
  "+": "louder",
  "-": "softer",
  ArrowUp: "up",
  ArrowDown: "down",
  Delete: "clear",
  Backspace: "clear",
  "?": "help",
  a: "anchors",
  h: "manual",
  l: "loop",
  m: "code",
  n: "note",
  s: "skip",
  u: "unsure",
};
const REPEATABLE = new Set(["seek", "up", "down", "louder", "softer"]);
const OF_THE_ITEM = new Set(["rate", "code", "clear", "unsure"]);

/** The act that a key press stands for, or null. `digit` carries the point; `altGraph` is the key that types brackets. */
export function actFor({ key, shiftKey = false, ctrlKey = false, altKey = false, metaKey = false, altGraph = false }) {
  if (altGraph ? !"[]".includes(key) : ctrlKey || altKey || metaKey) return null;
  if (/^[0-9]$/.test(key)) return { act: "rate", digit: key };
  if (key === "ArrowLeft") return { act: "seek", seconds: shiftKey ? -30 : -5 };
  if (key === "ArrowRight") return { act: "seek", seconds: shiftKey ? 30 : 5 };
  const name = key.length === 1 && !shiftKey ? key.toLowerCase() : key;
  return Object.hasOwn(ACTS, name) ? { act: ACTS[name] } : null;
}

/** Whether a key that is held down does its act again and again. */
export function mayRepeat(act) {
  return REPEATABLE.has(act);
}

export class Keys {
  /** `acts`: a function per act; one that is missing or answers false leaves the key to the browser. */
  constructor(acts, say, announce) {
    Object.assign(this, { acts, say, announce });
    this.dialog = document.querySelector('[data-part="keys-dialog"]');
    this.on = localStorage.getItem(KEY) !== "off";
    this.#connectDialog();
    document.addEventListener("keydown", (event) => this.#pressed(event));
    this.#showOnce();
  }

  #connectDialog() {
    const open = document.querySelector('[data-part="keys-open"]');
    const tick = document.querySelector('[data-part="keys-on"]');
    open.hidden = false;
    open.addEventListener("click", () => this.#open());
    tick.checked = this.on;
    tick.addEventListener("change", () => {
      this.on = tick.checked;
      localStorage.setItem(KEY, this.on ? "on" : "off");
      this.announce(this.say(this.on ? "keys_on" : "keys_off"));
    });
    this.dialog.addEventListener("keydown", (event) => this.#inDialog(event));
    this.acts.help = () => this.#open();
  }

  #open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** The list opens by itself at the first session of a person in this browser, and never again. */
  #showOnce() {
    const person = document.querySelector('meta[name="person-id"]')?.content ?? "";
    if (!("first" in this.dialog.dataset) || localStorage.getItem(SEEN + person)) return;
    localStorage.setItem(SEEN + person, "yes");
    this.#open();
  }

  #inDialog(event) {
    if (event.key !== "?") return;
    event.preventDefault();
    event.stopPropagation();
    this.dialog.close();
  }

  #pressed(event) {
    const { target } = event;
    if (event.key === "Enter" && target.matches("input[type=radio], input[type=checkbox]")) return this.#choose(event);
    if (!this.on || event.defaultPrevented || event.isComposing) return;
    if (target.matches(TYPING) || document.querySelector("dialog[open]")) return;
    const wanted = actFor(asPressed(event));
    if (!wanted || this.#isOwn(wanted.act, event)) return;
    if (event.repeat && !mayRepeat(wanted.act)) return event.preventDefault();
    const act = this.acts[wanted.act];
    if (act && act(wanted) !== false) event.preventDefault();
  }

  /** Keys that the place where they are pressed needs itself, or where they would act on an item out of sight. */
  #isOwn(act, { target, key }) {
    if (act === "play") return Boolean(target.closest(OWN_SPACE));
    if (key.startsWith("Arrow")) return target.matches(LOG_CHOICE);
    return OF_THE_ITEM.has(act) && Boolean(target.closest(BESIDE_THE_ITEMS));
  }

  /** Enter on a point chooses it; it never submits the rating by accident. */
  #choose(event) {
    event.preventDefault();
    event.target.click();
  }
}

function asPressed(event) {
  const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
  return { key, shiftKey, ctrlKey, altKey, metaKey, altGraph: event.getModifierState?.("AltGraph") ?? false };
}
