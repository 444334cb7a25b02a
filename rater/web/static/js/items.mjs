/** The items of all scales: which one is in work, what it is given, what is marked to be discussed. */
import { Anchors } from "./anchors.mjs";
import { Outline } from "./outline.mjs";

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

/** What a key of the saver is to the items: {item, what: "point" | "unsure"}, or null where it is of something else. */
export function itemOf(key, items) {
  const flagged = key.startsWith("unsure-") ? key.slice("unsure-".length) : null;
  if (items.includes(key)) return { item: key, what: "point" };
  return items.includes(flagged) ? { item: flagged, what: "unsure" } : null;
}

function announcerOf(root) {
  const place = root.querySelector('[data-part="announcer"]');
  return (text) => (place.textContent = text);
}

export class Items extends EventTarget {
  constructor(root, saver, say, announce = announcerOf(root)) {
    super();
    Object.assign(this, { root, saver, say, announce, locked: !["open", "started"].includes(root.dataset.state) });
    this.items = [...root.querySelectorAll(".item")];
    for (const item of this.items) saver.know(item.dataset.item, { version: Number(item.dataset.version) });
    root.classList.add("enhanced");
    this.anchors = new Anchors(root);
    this.outline = new Outline(root, this, say);
    root.addEventListener("focusin", (event) => this.#focused(event));
    root.addEventListener("change", (event) => this.#changed(event));
    root.addEventListener("click", (event) => this.#clicked(event));
    root.addEventListener("pointerdown", (event) => this.#pointed(event));
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (this.isPointing = false));
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
    const said = { item: this.nameOf(item), value: radio ? this.wordsOf(radio.value, item) : this.say("no_value") };
    return this.say(this.flag(item)?.checked ? "rated_unsure" : "rated", said);
  }

  nameOf(item) {
    return item.querySelector(".item-text").textContent;
  }

  /** The box that marks an item as one to discuss. */
  flag(item) {
    return item.querySelector('input[name^="unsure-"]');
  }

  wordsOf(value, item) {
    const radio = this.radios(item).find((each) => each.value === value);
    return radio && radio.closest(".codes") ? radio.nextElementSibling.textContent : value;
  }

  /** Rate the item in work; returns false where it has no such point. */
  rate(value, moveOn = true) {
    const item = this.current;
    const radio = item && this.radios(item).find((each) => each.value === value);
    if (!radio || this.#isClosed(radio)) return false;
    radio.checked = true;
    this.#save(item);
    const next = moveOn && this.move(1);
    if (next) this.announce(this.say("rated_next", { said: this.describe(item), next: this.nameOf(next) }));
    return true;
  }

  cycleCodes() {
    if (!this.current) return;
    const codes = this.radios(this.current).filter((radio) => radio.closest(".codes")).map((radio) => radio.value);
    if (codes.length) this.rate(nextCode(codes, this.chosen(this.current)?.value), false);
  }

  clear() {
    const radio = this.current && this.chosen(this.current);
    if (!radio || this.#isClosed(radio)) return;
    radio.checked = false;
    this.#save(this.current);
  }

  /** Mark the item in work as unsure, or take the mark away. */
  toggleUnsure() {
    const flag = this.current && this.flag(this.current);
    if (!flag || this.#isClosed(flag)) return false;
    flag.click();
    return true;
  }

  /** Open all anchors in full, or only those of the item in work. */
  toggleAnchors() {
    this.announce(this.say(this.anchors.toggle() ? "anchors_all" : "anchors_one"));
  }

  /** Go to the item before (-1) or after (1); the item that is then in work, or null at the end. */
  move(direction) {
    const was = this.current;
    const next = this.items[neighbour(this.items.indexOf(was), direction, this.items.length)];
    if (!next) return null;
    this.#work(next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center", behavior: "instant" });
    return next === was ? null : next;
  }

  #isClosed(input) {
    return this.locked || input.matches(":disabled");
  }

  /** Show what a change says of an item, without saving it; changes of other things are passed over. */
  restore({ key, body }) {
    const found = itemOf(key, this.items.map((item) => item.dataset.item));
    if (!found) return;
    const item = this.items.find((each) => each.dataset.item === found.item);
    if (found.what === "point") this.show(found.item, body);
    else this.flag(item).checked = Boolean(body.unsure);
    const { version } = this.saver.known(key);
    if (found.what === "point" && version !== undefined) this.#saw(item, version);
    this.recount();
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
    this.outline.point(item);
    this.root.dispatchEvent(new CustomEvent("work", { detail: item }));
  }

  /** An item that is pointed at opens on the click: what is under the pointer must not move before. */
  #focused(event) {
    const item = event.target.closest(".item");
    if (item && !this.locked && !this.isPointing) this.#work(item);
  }

  #pointed({ target }) {
    this.isPointing = true;
    this.before = target.matches(".item input[type=radio]:checked") ? target : null;
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
    if (!item) return;
    if (event.target === this.flag(item)) this.#mark(item);
    else if (event.target.type === "radio") this.#save(item);
  }

  #mark(item) {
    const id = item.dataset.item;
    const { checked } = this.flag(item);
    this.saver.put(`unsure-${id}`, { url: `${this.root.dataset.saveItem}${id}/unsure`, body: { unsure: checked }, merge: true });
    this.outline.show(item);
    this.announce(this.say(checked ? "marked_unsure" : "marked_sure", { item: this.nameOf(item) }));
  }

  #save(item) {
    const id = item.dataset.item;
    const radio = this.chosen(item);
    const body = radio ? pointOf(radio.value) : { value: null, missing_code: null };
    this.saver.put(id, { url: this.root.dataset.saveItem + id, body, merge: true, versioned: true });
    item.classList.remove("is-missing");
    item.querySelector(".item-fault")?.remove();
    this.recount();
    this.announce(this.describe(item));
    this.dispatchEvent(new CustomEvent("rated", { detail: item }));
  }

  #confirmed({ change, data }) {
    const item = this.items.find((each) => each.dataset.item === change.key);
    if (item && data.version !== undefined) this.#saw(item, data.version);
  }

  #saw(item, version) {
    item.querySelector(`input[name="seen-${item.dataset.item}"]`).value = version;
  }

  /** Bring counts, outline and the list of missing items up to date. */
  recount() {
    this.outline.count();
    this.missing = this.items.filter((item) => !this.chosen(item));
    this.dispatchEvent(new CustomEvent("count", { detail: this.missing }));
  }
}
