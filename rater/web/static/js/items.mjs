/** The items of all scales: which one is in work, what is rated, how far each scale has come. */

/** A radio button's value as the server wants it: a point is a number, anything else a missing code. */
export function pointOf(text) {
  return /^-?\d+$/.test(text) ? { value: Number(text), missing_code: null } : { value: null, missing_code: text };
}

/** The choice after `chosen` in a round of codes; the first where none of them is chosen. */
export function nextCode(codes, chosen) {
  return codes[(codes.indexOf(chosen) + 1) % codes.length];
}

/** The neighbour of an index in a direction, staying inside 0 .. count - 1. */
export function neighbour(index, direction, count) {
  return Math.min(count - 1, Math.max(0, index + direction));
}

export class Items extends EventTarget {
  constructor(root, saver, say) {
    super();
    Object.assign(this, { root, saver, say, locked: root.dataset.state === "submitted" });
    this.items = [...root.querySelectorAll(".item")];
    this.chips = new Map([...root.querySelectorAll("[data-for]")].map((chip) => [chip.dataset.for, chip]));
    for (const item of this.items) saver.know(item.dataset.item, { version: Number(item.dataset.version) });
    root.classList.add("enhanced");
    this.#switchAnchors();
    root.addEventListener("focusin", (event) => this.#focused(event));
    root.addEventListener("change", (event) => this.#changed(event));
    root.addEventListener("click", (event) => this.#clicked(event));
    root.addEventListener("pointerdown", (event) => (this.before = this.#chosenOf(event)));
    saver.addEventListener("confirmed", ({ detail }) => this.#confirmed(detail));
    this.recount();
    if (!this.locked) this.#begin();
  }

  get current() {
    return this.items.find((item) => item.classList.contains("is-current"));
  }

  radios(item) {
    return [...item.querySelectorAll("input[type=radio]")];
  }

  chosen(item) {
    return this.radios(item).find((radio) => radio.checked);
  }

  /** What an item is called and what it has now, in words. */
  describe(item) {
    const radio = this.chosen(item);
    const text = item.querySelector(".item-text").textContent;
    return radio ? this.say("rated", { item: text, value: this.wordsOf(radio.value, item) }) : this.say("cleared", { item: text });
  }

  wordsOf(value, item) {
    const radio = this.radios(item).find((each) => each.value === value);
    return radio && radio.closest(".codes") ? radio.nextElementSibling.textContent : value;
  }

  /** Rate the item in work; returns false where it has no such point. */
  rate(value, moveOn = true) {
    const item = this.current;
    const radio = item && this.radios(item).find((each) => each.value === value);
    if (!radio || this.locked) return false;
    radio.checked = true;
    this.#save(item);
    if (moveOn) this.move(1);
    return true;
  }

  cycleCodes() {
    const codes = this.radios(this.current).filter((radio) => radio.closest(".codes")).map((radio) => radio.value);
    if (codes.length) this.rate(nextCode(codes, this.chosen(this.current)?.value), false);
  }

  clear() {
    const radio = this.current && this.chosen(this.current);
    if (!radio || this.locked) return;
    radio.checked = false;
    this.#save(this.current);
  }

  move(direction) {
    const next = this.items[neighbour(this.items.indexOf(this.current), direction, this.items.length)];
    if (!next) return;
    this.#work(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center", behavior: "instant" });
  }

  /** Show a point that did not come from here. */
  show(id, { value, missing_code }) {
    const item = this.items.find((each) => each.dataset.item === id);
    const wanted = value === null ? missing_code : String(value);
    for (const radio of this.radios(item)) radio.checked = radio.value === wanted;
    this.recount();
  }

  /** Start at the first item that has no point; a page that was left half-way opens there. */
  #begin() {
    const item = this.#first();
    this.#work(item);
    if (this.missing.length < this.items.length && !location.hash) item.scrollIntoView({ block: "center", behavior: "instant" });
  }

  #first() {
    return this.items.find((item) => item.classList.contains("is-missing")) ?? this.items.find((item) => !this.chosen(item)) ?? this.items[0];
  }

  #work(item) {
    const was = this.current;
    if (!item || item === was) return;
    const top = item.getBoundingClientRect().top;
    was?.classList.remove("is-current");
    item.classList.add("is-current");
    if (was) scrollBy({ top: item.getBoundingClientRect().top - top, behavior: "instant" });
    for (const [id, chip] of this.chips) chip.toggleAttribute("aria-current", id === item.dataset.item);
  }

  #focused(event) {
    const item = event.target.closest(".item");
    if (item && !this.locked) this.#work(item);
  }

  #chosenOf(event) {
    return event.target.matches(".item input[type=radio]:checked") ? event.target : null;
  }

  #clicked(event) {
    const item = event.target.closest(".item");
    if (item && !this.locked) this.#work(item);
    const radio = event.target;
    if (this.before === radio && event.detail === 1 && radio.checked) {
      radio.checked = false;
      this.#save(item);
    }
    this.before = null;
  }

  #changed(event) {
    const item = event.target.closest(".item");
    if (item) this.#save(item);
  }

  #save(item) {
    const id = item.dataset.item;
    const radio = this.chosen(item);
    const body = radio ? pointOf(radio.value) : { value: null, missing_code: null };
    this.saver.put(id, { url: this.root.dataset.saveItem + id, body, merge: true, versioned: true });
    item.classList.remove("is-missing");
    item.querySelector(".item-fault")?.remove();
    this.recount();
    this.dispatchEvent(new CustomEvent("rated", { detail: item }));
  }

  #confirmed({ change, data }) {
    const item = this.items.find((each) => each.dataset.item === change.key);
    const seen = item?.querySelector(`input[name="seen-${change.key}"]`);
    if (seen && data.version !== undefined) seen.value = data.version;
  }

  /** Bring counts, outline and the list of missing items up to date. */
  recount() {
    let done = 0;
    for (const scale of this.root.querySelectorAll("[data-scale]")) {
      const items = [...scale.querySelectorAll(".item")];
      const rated = items.filter((item) => this.chosen(item)).length;
      scale.querySelector('[data-part="scale-count"]').textContent = this.say("count", { done: rated, total: items.length });
      done += rated;
    }
    document.querySelector('[data-part="done"]').textContent = String(done);
    for (const item of this.items) this.#chip(item);
    this.missing = this.items.filter((item) => !this.chosen(item));
    this.dispatchEvent(new CustomEvent("count", { detail: this.missing }));
  }

  #chip(item) {
    const chip = this.chips.get(item.dataset.item);
    const radio = this.chosen(item);
    chip.textContent = !radio ? "" : radio.closest(".codes") ? "–" : radio.value;
    chip.classList.toggle("is-rated", Boolean(radio));
    chip.classList.toggle("is-missing", item.classList.contains("is-missing"));
    chip.setAttribute("aria-label", this.describe(item));
  }

  #switchAnchors() {
    const box = this.root.querySelector('[data-part="all-anchors"]');
    const tick = box.querySelector("input");
    const apply = () => this.root.classList.toggle("show-all", tick.checked);
    tick.checked = localStorage.getItem("rater-all-anchors") === "yes";
    tick.addEventListener("change", () => {
      localStorage.setItem("rater-all-anchors", tick.checked ? "yes" : "no");
      apply();
    });
    box.hidden = false;
    apply();
  }
}
