/** The recording: plays by the page's own <audio> element, which works without this module too. */
import { formatTime } from "./clock.mjs";

export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const SPEED_KEY = "rater-speed";

/** Where a step leads: never before the start, never past the end. */
export function seekTarget(now, step, duration) {
  return Math.min(Math.max(0, now + step), duration);
}

/** The next speed in a direction (+1, -1); stays at the ends, and finds its place from a speed between two steps. */
export function nextSpeed(speed, direction) {
  const further = SPEEDS.filter((s) => (direction > 0 ? s > speed + 1e-9 : s < speed - 1e-9));
  if (!further.length) return direction > 0 ? SPEEDS[SPEEDS.length - 1] : SPEEDS[0];
  return direction > 0 ? further[0] : further[further.length - 1];
}

export class Player extends EventTarget {
  constructor(element, say) {
    super();
    this.element = element;
    this.say = say;
    this.audio = element.querySelector("audio");
    this.duration = Number(element.dataset.duration);
    this.part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.#connect();
    this.#restoreSpeed();
    this.part("player-ui").hidden = false;
    element.classList.add("is-enhanced");
    this.#draw();
  }

  get now() {
    return this.audio.currentTime;
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => this.#fault("audio_fault"));
    else this.audio.pause();
  }

  step(seconds) {
    this.seek(seekTarget(this.now, seconds, this.duration));
  }

  seek(second) {
    this.audio.currentTime = second;
    this.#showTime();
  }

  hear(second) {
    this.seek(second);
    if (this.audio.paused) this.toggle();
  }

  changeSpeed(direction) {
    this.setSpeed(nextSpeed(this.audio.playbackRate, direction));
  }

  setSpeed(speed) {
    this.audio.preservesPitch = true;
    this.audio.defaultPlaybackRate = speed;
    this.audio.playbackRate = speed;
    this.part("speed").value = String(speed);
    localStorage.setItem(SPEED_KEY, String(speed));
    this.dispatchEvent(new CustomEvent("speed", { detail: speed }));
  }

  /** Small marks on the waveform, at seconds. */
  mark(seconds) {
    this.marks = seconds;
    this.wave?.mark(seconds);
  }

  #connect() {
    const { audio } = this;
    this.part("play").addEventListener("click", () => this.toggle());
    for (const button of this.element.querySelectorAll("[data-step]"))
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    this.part("speed").addEventListener("change", (event) => this.setSpeed(Number(event.target.value)));
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.#showState());
    for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, () => this.#showTime());
    audio.addEventListener("error", () => this.#fault("audio_fault"));
    this.part("wave").addEventListener("keydown", (event) => this.#slide(event));
  }

  #slide(event) {
    const steps = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -60, PageUp: 60 };
    const target = { Home: 0, End: this.duration }[event.key];
    if (event.shiftKey || !(event.key in steps || target !== undefined)) return;
    event.preventDefault();
    event.stopPropagation();
    if (target === undefined) this.step(steps[event.key]);
    else this.seek(target);
  }

  #restoreSpeed() {
    const kept = Number(localStorage.getItem(SPEED_KEY));
    this.setSpeed(SPEEDS.includes(kept) ? kept : 1);
  }

  #showState() {
    const playing = !this.audio.paused;
    this.element.classList.toggle("is-playing", playing);
    this.part("play").setAttribute("aria-label", this.say(playing ? "pause" : "play"));
    this.#showTime();
  }

  #showTime() {
    const text = formatTime(this.now);
    if (text === this.shown) return;
    this.shown = text;
    this.part("now").textContent = text;
    const slider = this.part("wave");
    slider.setAttribute("aria-valuenow", String(Math.round(this.now)));
    slider.setAttribute("aria-valuetext", this.say("position", { now: text, total: formatTime(this.duration) }));
    this.dispatchEvent(new CustomEvent("time", { detail: this.now }));
  }

  #fault(sentence) {
    this.part("player-fault").textContent = this.say(sentence);
    this.part("player-fault").hidden = false;
  }

  async #draw() {
    try {
      const { Wave } = await import("./wave.mjs");
      this.wave = await Wave.draw(this);
      this.wave.mark(this.marks ?? []);
    } catch {
      this.#fault("wave_fault");
    }
  }
}
