/** Homework entry by keyboard: numbers choose types, Enter goes to the next row, n and u say none and unknown. */
import { Player } from "./player.mjs";
import { pageWords } from "./words.mjs";

const SEEKS = { ArrowLeft: -5, ArrowRight: 5 };

/** What a key press means at a place ("type", "words" or ""); null where it is the browser's. */
export function meaningOf({ key, ctrlKey = false, metaKey = false, altKey = false, shiftKey = false }, place) {
  if (altKey) return null;
  if (ctrlKey || metaKey) return { Enter: "save", " ": "play" }[key] ?? null;
  if (key === "Escape") return place ? "leave" : null;
  if (key === "Enter") return place ? "next" : null;
  if (place === "words" || shiftKey) return null;
  if (place === "type") return { n: "none", u: "unknown" }[key] ?? (/^[1-9]$/.test(key) ? "choose" : null);
  return { n: "none", u: "unknown", " ": "play", "[": "slower", "]": "faster" }[key] ?? (key in SEEKS ? "seek" : null);
}

export function attach(root) {
  const sound = root.querySelector('[data-part="player"]');
  const player = sound?.querySelector("audio") ? new Player(sound, pageWords(document)) : null;
  player?.addEventListener("told", ({ detail }) => (root.querySelector('[data-part="announcer"]').textContent = detail));
  new Entry(root, player);
}

class Entry {
  constructor(root, player) {
    this.player = player;
    this.form = root.querySelector('[data-part="form"]');
    this.rows = root.querySelector('[data-part="rows"]');
    this.blank = this.rows.lastElementChild.cloneNode(true);
    for (const row of [...this.rows.children].slice(1)) if (isEmpty(row)) row.remove();
    if (!isEmpty(this.rows.lastElementChild)) this.rows.append(this.#fresh());
    root.classList.add("has-keys");
    root.querySelector('[data-part="keys"]').hidden = false;
    for (const key of root.querySelectorAll(".entry-key")) key.hidden = false;
    this.#offerRemoval();
    document.addEventListener("keydown", (event) => this.#pressed(event));
    this.rows.addEventListener("click", ({ target }) => target.matches('[data-part="remove"]') && this.#remove(target.closest("li")));
    this.rows.addEventListener("input", () => this.#say("assigned"));
    this.rows.lastElementChild.querySelector("select").focus();
  }

  #pressed(event) {
    const { target } = event;
    if (event.isComposing || event.defaultPrevented) return;
    const place = { type: "type", description: "words" }[target.dataset?.field] ?? "";
    const meaning = meaningOf(event, place);
    if (!meaning || (!place && isOwn(target, event))) return;
    if (this.#act(meaning, event) !== false) event.preventDefault();
  }

  #act(meaning, { target, key }) {
    const { player } = this;
    if (meaning === "save") this.form.requestSubmit(this.form.querySelector('[name="go"][value="next"]'));
    else if (meaning === "none" || meaning === "unknown") this.#sayNoTasks(meaning);
    else if (meaning === "choose") return this.#choose(target, Number(key));
    else if (meaning === "next") this.#next(target.closest("li"));
    else if (meaning === "leave") target.blur();
    else if (!player) return false;
    else if (meaning === "play") player.toggle();
    else if (meaning === "seek") player.step(SEEKS[key]);
    else player.changeSpeed(meaning === "faster" ? 1 : -1);
    return true;
  }

  #choose(select, number) {
    if (number >= select.options.length) return false;
    select.selectedIndex = number;
    this.#say("assigned");
    select.closest("li").querySelector('[data-field="description"]').focus();
    return true;
  }

  /** None or unknown, said over rows that hold something, would contradict them; they stay and nothing happens. */
  #sayNoTasks(status) {
    if ([...this.rows.children].every(isEmpty)) this.#say(status, true);
  }

  #say(status, focused = false) {
    const radio = this.form.querySelector(`[name="status"][value="${status}"]`);
    radio.checked = true;
    if (focused) radio.focus();
  }

  #next(row) {
    if (isEmpty(row)) return;
    if (!row.nextElementSibling) this.rows.append(this.#fresh());
    row.nextElementSibling.querySelector("select").focus();
  }

  #fresh() {
    const row = this.blank.cloneNode(true);
    for (const field of row.querySelectorAll("[data-field]")) field.value = "";
    queueMicrotask(() => this.#offerRemoval());
    return row;
  }

  #remove(row) {
    if (!row.nextElementSibling && !row.previousElementSibling) this.rows.append(this.#fresh());
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.#offerRemoval();
    near.querySelector("select").focus();
  }

  /** Names follow the order of the rows, so that they are sent as they stand. */
  #offerRemoval() {
    [...this.rows.children].forEach((row, number) => {
      for (const field of row.querySelectorAll("[data-field]")) field.name = `${field.dataset.field}-${number}`;
      row.querySelector('[data-part="remove"]').hidden = false;
    });
  }
}

function isEmpty(row) {
  return [...row.querySelectorAll('[data-field="type"], [data-field="description"]')].every((field) => !field.value.trim());
}

/** Keys that the focused control needs itself. */
function isOwn(target, { key }) {
  if (key.startsWith("Arrow")) return target.matches("input, select, [role=slider]");
  return key === " " && target.matches("button, a, input, select, summary");
}
