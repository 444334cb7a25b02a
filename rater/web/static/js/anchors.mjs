/** The switch that opens all anchors in full, kept in this browser. */
const KEY = "rater-all-anchors";

export class Anchors {
  constructor(root) {
    this.root = root;
    const box = root.querySelector('[data-part="all-anchors"]');
    this.tick = box.querySelector("input");
    this.tick.checked = localStorage.getItem(KEY) === "yes";
    this.tick.addEventListener("change", () => {
      localStorage.setItem(KEY, this.tick.checked ? "yes" : "no");
      this.#apply();
    });
    box.hidden = false;
    this.#apply();
  }

  /** Turn the switch; whether all anchors are open now. */
  toggle() {
    this.tick.click();
    return this.tick.checked;
  }

  #apply() {
    this.root.classList.toggle("show-all", this.tick.checked);
  }
}
