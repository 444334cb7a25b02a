/** Submitting: says what is missing and what was heard, and waits until every change has arrived. */
import { notice } from "./savestate.mjs";

const ARRIVAL_MS = 5000;

/** A share of the recording in whole per cent; never 100 while something is missing. */
export function perCent(share) {
  return share >= 1 ? 100 : Math.min(99, Math.floor(share * 100 + 1e-9));
}

export class Submission {
  constructor(root, saver, items, say) {
    this.box = root.querySelector('[data-part="submit"]');
    if (!this.box) return;
    Object.assign(this, { root, saver, items, say, share: this.box.dataset.share });
    this.part = (name) => this.box.querySelector(`[data-part="${name}"]`);
    this.about = document.createElement("div");
    this.about.className = "submit-about";
    this.part("complete").after(this.about);
    items.addEventListener("count", ({ detail }) => this.#show(detail));
    root.addEventListener("change", () => this.#showAbout());
    root.querySelector('[data-part="player"]')?.addEventListener("share", ({ detail }) => this.#heard(detail));
    saver.addEventListener("confirmed", ({ detail }) => this.#heard(detail.data.share));
    this.#show(items.missing);
    root.querySelector('[data-part="form"]').addEventListener("submit", (event) => this.#submit(event));
  }

  #show(missing) {
    this.part("complete").hidden = missing.length > 0;
    this.part("missing").hidden = missing.length === 0;
    this.part("missing-list").replaceChildren(...missing.map((item) => this.#link(item)));
    this.#showAbout();
  }

  #heard(share) {
    if (typeof share !== "number") return;
    this.share = share;
    this.#showAbout();
  }

  /** The share heard, and the items that are marked to be discussed. */
  #showAbout() {
    const lines = [];
    if (this.share) lines.push(this.#line(this.say("heard_share", { share: perCent(Number(this.share)) })));
    const unsure = this.items.items.filter((item) => item.querySelector('input[name^="unsure-"]:checked'));
    if (unsure.length) {
      const list = document.createElement("ul");
      list.append(...unsure.map((item) => this.#link(item)));
      lines.push(this.#line(this.say("unsure_items")), list);
    }
    this.about.replaceChildren(...lines);
  }

  #line(text) {
    return Object.assign(document.createElement("p"), { className: "quiet", textContent: text });
  }

  #link(item) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = `#${item.id}`;
    link.textContent = item.querySelector(".item-text").textContent;
    link.addEventListener("click", () => item.focus({ preventScroll: true }));
    entry.append(link);
    return entry;
  }

  async #submit(event) {
    this.refusal?.remove();
    if (this.items.missing.length) {
      event.preventDefault();
      for (const item of this.items.missing) item.classList.add("is-missing");
      this.items.recount();
      this.part("missing-list").querySelector("a").focus();
      return;
    }
    if (this.saver.idle) return;
    event.preventDefault();
    if (this.waits) return;
    const { submitter, target: form } = event;
    this.waits = true;
    if (submitter) submitter.disabled = true;
    this.saver.retry();
    await this.#arrived();
    this.waits = false;
    if (submitter) submitter.disabled = false;
    if (this.saver.unsaved) this.#refuse();
    else form.submit();
  }

  #refuse() {
    this.refusal = notice(this.box, "waiting");
    this.refusal.setAttribute("role", "alert");
    this.refusal.textContent = this.say("not_arrived", { n: this.saver.unsaved });
  }

  /** Resolves when nothing is on its way any more, or after a few seconds. */
  #arrived() {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(late);
        this.saver.removeEventListener("state", look);
        resolve();
      };
      const late = setTimeout(end, ARRIVAL_MS);
      const look = () => this.saver.idle && end();
      this.saver.addEventListener("state", look);
      look();
    });
  }
}
