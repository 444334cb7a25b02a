/** Rate at the end: items open once the set share of the recording has been heard; or a line that asks to listen. */
import { pageWords } from "./words.mjs";

const PERCENT = "\u00a0%";

/** The wanted share rounded up and the share heard rounded down, so that they are alike only once it is reached. */
export function percents(wanted, share) {
  return {
    wanted: Math.ceil(Number((wanted * 100).toFixed(6))) + PERCENT,
    share: Math.floor(Number((share * 100).toFixed(6))) + PERCENT,
  };
}

/** What the line says, by the name of its sentence, at a share: "closed" or "advised" until it is reached. */
export function stateAt({ closed, wanted }, share) {
  if (share >= wanted) return closed ? "opened" : "heard";
  return closed ? "closed" : "advised";
}

export class Gate {
  constructor(root, line, say, announce) {
    Object.assign(this, { root, line, say, announce });
    this.closed = line.dataset.closed === "yes";
    this.wanted = Number(line.dataset.wanted);
    if (this.closed) this.#lock(true);
    this.hear(Number(line.dataset.share));
    root.addEventListener("share", ({ detail }) => this.hear(detail));
  }

  /** Told what share has been heard in all windows together; what is open stays open. */
  hear(share) {
    if (this.done || typeof share !== "number") return;
    const state = stateAt(this, share);
    this.line.dataset.state = state;
    this.line.firstElementChild.textContent = this.say(`gate_${state}`, percents(this.wanted, share));
    if (state === "opened" || state === "heard") this.#open(state);
  }

  #open(state) {
    this.done = true;
    if (state === "heard") return void (this.line.hidden = true);
    this.#lock(false);
    this.announce(this.say("gate_opened"));
  }

  /** Points and missing codes alone: marks, notes and logs are open from the start. */
  #lock(closed) {
    this.root.classList.toggle("is-gated", closed);
    for (const radio of this.root.querySelectorAll(".item input[type=radio]")) radio.disabled = closed;
  }
}

export function attach(line) {
  const root = line.closest("[data-rating]");
  const announcer = root.querySelector('[data-part="announcer"]');
  new Gate(root, line, pageWords(document), (text) => (announcer.textContent = text));
}
