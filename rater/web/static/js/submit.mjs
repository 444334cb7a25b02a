/** Submitting: says what is missing, with links, and waits until every change has arrived. */

const ARRIVAL_MS = 5000;

export class Submission {
  constructor(root, saver, items) {
    this.box = root.querySelector('[data-part="submit"]');
    if (!this.box) return;
    Object.assign(this, { root, saver, items });
    this.part = (name) => this.box.querySelector(`[data-part="${name}"]`);
    items.addEventListener("count", ({ detail }) => this.#show(detail));
    this.#show(items.missing);
    root.querySelector('[data-part="form"]').addEventListener("submit", (event) => this.#submit(event));
  }

  #show(missing) {
    this.part("complete").hidden = missing.length > 0;
    this.part("missing").hidden = missing.length === 0;
    this.part("missing-list").replaceChildren(...missing.map((item) => this.#link(item)));
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
    if (this.items.missing.length) {
      event.preventDefault();
      for (const item of this.items.missing) item.classList.add("is-missing");
      this.items.recount();
      this.part("missing-list").querySelector("a").focus();
      return;
    }
    if (!this.saver.unsaved) return;
    event.preventDefault();
    const form = event.target;
    this.saver.retry();
    if (await this.#arrived()) form.submit();
  }

  /** Whether nothing is on its way any more, within a few seconds. */
  #arrived() {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), ARRIVAL_MS);
      const look = () => {
        if (this.saver.unsaved) return;
        clearTimeout(late);
        this.saver.removeEventListener("state", look);
        resolve(true);
      };
      this.saver.addEventListener("state", look);
      look();
    });
  }
}
