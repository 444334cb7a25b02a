/** The rating manual: opened beside the rating screen at the item in work, and searched as one types. */
import { pageWords } from "./words.mjs";

const SHORTEST = 2;
const MOST = 500;

/** A text without case and accents, sign for sign as long as before; every kind of blank is a blank. */
export function folded(text) {
  return text.replace(/[\s\u00a0]/g, " ").replace(/[^\u0000-\u007f]/g, (sign) => sign.normalize("NFD")[0]).replace(/./gs, (sign) => sign.toLowerCase()[0]);
}

/** Where a query stands in a text, without overlap: [[start, stop], ...]; nothing for less than two signs. */
export function placesOf(text, query) {
  const wanted = folded(query).trim().replace(/ +/g, " ");
  if (wanted.length < SHORTEST) return [];
  const found = [];
  const within = folded(text);
  for (let at = within.indexOf(wanted); at >= 0 && found.length < MOST; at = within.indexOf(wanted, at + wanted.length)) {
    found.push([at, at + wanted.length]);
  }
  return found;
}

/** The pieces of a stretch in a row of texts with these lengths: [[index, from, to], ...]. */
export function piecesOf(lengths, [start, stop]) {
  const pieces = [];
  let begin = 0;
  lengths.forEach((length, index) => {
    const from = Math.max(start - begin, 0);
    const to = Math.min(stop - begin, length);
    if (from < to) pieces.push([index, from, to]);
    begin += length;
  });
  return pieces;
}

/** The place after (1) or before (-1) a place, round and round. */
export function stepped(at, direction, count) {
  return count ? (at + direction + count) % count : -1;
}

const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, td, th, dt, dd, pre, section";

/** Marks the places of a query in an element and walks from one to the next. */
export class Search {
  constructor(box, text, say) {
    Object.assign(this, { text, say, at: -1, marks: [] });
    const part = (name) => box.querySelector(`[data-part="manual-${name}"]`);
    [this.input, this.count] = [part("words"), part("count")];
    box.hidden = false;
    this.input.addEventListener("input", () => this.find(this.input.value));
    this.input.addEventListener("keydown", (event) => this.#pressed(event));
    part("next").addEventListener("click", () => this.step(1));
    part("before").addEventListener("click", () => this.step(-1));
  }

  find(query) {
    this.#clear();
    const nodes = this.#nodes();
    const joined = nodes.map((node) => node?.data ?? "\n\n").join("");
    const lengths = nodes.map((node) => node?.data.length ?? 2);
    const places = placesOf(joined, query).map((place) => piecesOf(lengths, place));
    this.marks = places.map(() => []);
    this.#mark(nodes, places);
    if (places.length) this.step(1);
    else this.count.textContent = query.trim().length < SHORTEST ? "" : this.say("manual_nowhere");
  }

  step(direction) {
    for (const mark of this.marks[this.at] ?? []) mark.classList.remove("is-current");
    this.at = stepped(this.at, direction, this.marks.length);
    const marks = this.marks[this.at] ?? [];
    for (const mark of marks) mark.classList.add("is-current");
    marks[0]?.scrollIntoView({ block: "center", behavior: "instant" });
    if (marks.length) this.count.textContent = this.say("manual_place", { n: this.at + 1, m: this.marks.length });
  }

  /** The text nodes in order, with null between those of different blocks. */
  #nodes() {
    const walker = document.createTreeWalker(this.text, NodeFilter.SHOW_TEXT);
    const nodes = [];
    for (let node = walker.nextNode(), block = null; node; node = walker.nextNode()) {
      const its = node.parentElement.closest(BLOCKS);
      if (its !== block) nodes.push(null);
      nodes.push(node);
      block = its;
    }
    return nodes;
  }

  /** From the last piece to the first, so that the earlier ones keep their places in their node. */
  #mark(nodes, places) {
    const pieces = places.flatMap((place, which) => place.map((piece) => [...piece, which])).filter(([index]) => nodes[index]);
    for (const [index, from, to, which] of pieces.reverse()) {
      const range = document.createRange();
      range.setStart(nodes[index], from);
      range.setEnd(nodes[index], to);
      const mark = document.createElement("mark");
      range.surroundContents(mark);
      this.marks[which].unshift(mark);
    }
  }

  #clear() {
    const parents = new Set();
    for (const mark of this.marks.flat()) {
      parents.add(mark.parentNode);
      mark.replaceWith(...mark.childNodes);
    }
    for (const parent of parents) parent.normalize();
    Object.assign(this, { marks: [], at: -1 });
  }

  #pressed(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.step(event.shiftKey ? -1 : 1);
  }
}

/** The dialog beside the rating screen. Its words are fetched once, and stay while the page is open. */
export class Manual {
  constructor(link, dialog, say) {
    Object.assign(this, { link, dialog, say, isLoaded: false });
    const part = (name) => dialog.querySelector(`[data-part="manual-${name}"]`);
    [this.text, this.state, this.box] = [part("text"), part("state"), part("search")];
    link.setAttribute("aria-haspopup", "dialog");
    document.addEventListener("click", (event) => this.#asked(event));
    part("close").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => this.from?.focus({ preventScroll: true }));
    dialog.addEventListener("keydown", (event) => this.#pressed(event));
    this.text.addEventListener("click", (event) => this.#followed(event));
  }

  /** Open the manual at an item, or at its beginning where it has no place for that. */
  async open(item) {
    if (this.dialog.open) return;
    this.from = document.activeElement;
    this.dialog.showModal();
    this.text.focus({ preventScroll: true });
    if (!this.isLoaded) await this.#load();
    this.#goTo(`manual-${item}`);
  }

  async #load() {
    this.state.textContent = this.say("manual_loading");
    try {
      const answer = await fetch(this.link.dataset.text);
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.text.replaceChildren(...page.body.childNodes);
      this.isLoaded = true;
      this.state.textContent = "";
      this.search = new Search(this.box, this.text, this.say);
    } catch {
      this.state.textContent = this.say("manual_fault");
    }
  }

  #goTo(id) {
    const heading = this.text.querySelector(`#${CSS.escape(id)}`);
    if (!heading) return void (this.text.scrollTop = 0);
    heading.scrollIntoView({ block: "start", behavior: "instant" });
    heading.focus({ preventScroll: true });
  }

  #asked(event) {
    const asked = event.target.closest?.("[data-part=manual-open], [data-manual-item]");
    if (!asked || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) return;
    event.preventDefault();
    this.open(asked.dataset.manualItem ?? document.querySelector(".item.is-current")?.dataset.item);
  }

  #followed(event) {
    const href = event.target.closest("a")?.getAttribute("href");
    if (!href?.startsWith("#")) return;
    event.preventDefault();
    this.#goTo(href.slice(1));
  }

  /** What is typed anywhere in the dialog is a search; Escape closes, also where it would empty the field first. */
  #pressed(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.dialog.close();
    }
    const isSign = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (isSign && this.search && event.target !== this.search.input) this.search.input.focus();
  }
}

/** On the rating screen the element is the button, on the manual's own page the page. */
export function attach(element) {
  const say = pageWords(document);
  const dialog = document.querySelector('[data-part="manual-dialog"]');
  if (dialog) return void new Manual(element, dialog, say);
  const [box, text] = ["search", "text"].map((name) => element.querySelector(`[data-part="manual-${name}"]`));
  new Search(box, text, say);
}
