/** How far each scale has come: its count, and a chip for each item with its value. */
export class Outline {
  constructor(root, items, say) {
    Object.assign(this, { root, items, say });
    this.chips = new Map([...root.querySelectorAll("[data-for]")].map((chip) => [chip.dataset.for, chip]));
  }

  /** Count anew, for each scale and for all of them. */
  count() {
    let done = 0;
    for (const scale of this.root.querySelectorAll("[data-scale]")) {
      const items = [...scale.querySelectorAll(".item")];
      const rated = items.filter((item) => this.items.chosen(item)).length;
      scale.querySelector('[data-part="scale-count"]').textContent = this.say("count", { done: rated, total: items.length });
      done += rated;
    }
    document.querySelector('[data-part="done"]').textContent = String(done);
    for (const item of this.items.items) this.show(item);
  }

  /** Bring an item's chip up to date. */
  show(item) {
    const chip = this.chips.get(item.dataset.item);
    const radio = this.items.chosen(item);
    chip.textContent = !radio ? "" : radio.closest(".codes") ? "–" : radio.value;
    chip.classList.toggle("is-rated", Boolean(radio));
    chip.classList.toggle("is-missing", item.classList.contains("is-missing"));
    chip.classList.toggle("is-unsure", Boolean(this.items.flag(item)?.checked));
    chip.setAttribute("aria-label", this.items.describe(item));
  }

  /** Mark the chip of the item in work. */
  point(item) {
    for (const [id, chip] of this.chips) chip.toggleAttribute("aria-current", id === item.dataset.item);
  }
}
