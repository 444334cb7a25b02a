/** Jumps over silences while the recording plays; a silence that was sought out in a pause is left alone. */

/** Shorter silences are heard out: they belong to the conversation. */
export const SKIPPED_FROM_S = 1.5;
/** What is left of a silence before the next word, so that the word begins where it begins. */
const LEAD_S = 0.2;
const KEY = "rater-skip-silence";

/** The silence that holds a second, or null. Silences are apart and in order. */
export function silenceAt(silences, at) {
  let [low, high] = [0, silences.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (silences[middle][1] <= at) low = middle + 1;
    else high = middle;
  }
  return low < silences.length && silences[low][0] <= at ? silences[low] : null;
}

/** Where to go on from a second inside a silence that is long enough, or null where nothing is to be skipped. */
export function skipTarget(silences, at) {
  const silence = silenceAt(silences, at);
  if (!silence || silence[1] - silence[0] < SKIPPED_FROM_S) return null;
  const target = silence[1] - LEAD_S;
  return target - at > LEAD_S ? target : null;
}

export class SilenceSkip {
  constructor(player) {
    this.player = player;
    this.silences = null;
    this.spared = null;
    this.button = player.part("skip");
    this.on = localStorage.getItem(KEY) === "on";
    this.button.addEventListener("click", () => this.toggle());
    player.audio.addEventListener("seeking", () => this.#spare());
    this.#show();
  }

  /** Ask once where the silences are; an answer that is not known yet is asked for again when it is needed. */
  async load() {
    const answer = await fetch(this.player.element.dataset.voice, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) this.silences = (await answer.json()).silences;
    return this.silences;
  }

  async toggle() {
    this.on = !this.on;
    localStorage.setItem(KEY, this.on ? "on" : "off");
    this.#show();
    const known = !this.on || this.silences || (await this.load());
    this.player.tell(known ? (this.on ? "skip_on" : "skip_off") : "skip_unknown");
  }

  /** Where playing goes on from here, or null. */
  target(at) {
    if (!this.on || !this.silences) return null;
    if (this.spared && silenceAt(this.silences, at) === this.spared) return null;
    this.spared = null;
    return skipTarget(this.silences, at);
  }

  #spare() {
    const { audio } = this.player;
    this.spared = audio.paused && this.silences ? silenceAt(this.silences, audio.currentTime) : null;
  }

  #show() {
    this.button.setAttribute("aria-pressed", String(this.on));
  }
}
