/** The recording: plays by the page's own <audio> element, which works without this module too. */
import { BOOSTS, Boost } from "./boost.mjs";
import { formatTime } from "./clock.mjs";
import { Hearing } from "./hearing.mjs";
import { nextOf } from "./ladder.mjs";
import { Loop } from "./loop.mjs";
import { Recovery } from "./recovery.mjs";
import { SilenceSkip } from "./silence.mjs";

export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2];
const SPEED_KEY = "rater-speed";

/** Where a step leads: never before the start, never past the end. */
export function seekTarget(now, step, duration) {
  return Math.min(Math.max(0, now + step), duration);
}

/** The next speed in a direction (+1, -1). */
export function nextSpeed(speed, direction) {
  return nextOf(SPEEDS, speed, direction);
}

/** The first of several wishes that is a speed on offer; 1 where none is. */
export function firstSpeed(...wishes) {
  return wishes.map(Number).find((wish) => SPEEDS.includes(wish)) ?? 1;
}

/** Where listening goes on: where it stopped, or the start for one who had come to the end. */
export function resumeAt(position, duration) {
  return position > 0 && position < duration - 1 ? position : 0;
}

/**
 * Events: "time" (second), "speed" (factor), "told" (a sentence to announce). The element itself hears "share".
 */
export class Player extends EventTarget {
  constructor(element, say) {
    super();
    this.element = element;
    this.say = say;
    this.audio = element.querySelector("audio");
    this.duration = Number(element.dataset.duration);
    this.stretches = new Map();
    this.part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.lastNow = resumeAt(Number(element.dataset.position), this.duration);
    if (this.lastNow) this.audio.currentTime = this.lastNow;
    this.skip = new SilenceSkip(this);
    this.stretch = new Loop(this);
    this.boost = new Boost(this);
    this.hearing = new Hearing(this);
    this.recovery = new Recovery(this);
    this.#connect();
    this.setSpeed(firstSpeed(element.dataset.speed, localStorage.getItem(SPEED_KEY)));
    this.part("player-ui").hidden = false;
    element.classList.add("is-enhanced");
    this.#showTime();
    this.#draw();
  }

  get now() {
    return this.audio.currentTime;
  }

  /** Whether the sound should be running. */
  get wanted() {
    return !this.audio.paused;
  }

  toggle() {
    if (this.recovery.isAway) this.recovery.again(true);
    else if (this.audio.paused) this.audio.play().catch((error) => error.name === "AbortError" || this.recovery.fail());
    else this.audio.pause();
  }

  step(seconds) {
    this.seek(seekTarget(this.now, seconds, this.duration));
  }

  seek(second) {
    this.hearing.note();
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

  changeBoost(direction) {
    this.boost.set(nextOf(BOOSTS, this.boost.value, direction));
  }

  toggleSkip() {
    this.skip.toggle();
  }

  /** Set the start of a loop, then its end, then let it go. */
  loop() {
    this.stretch.press();
  }

  /** Small marks on the waveform, at seconds. */
  mark(seconds) {
    this.marks = seconds;
    this.wave?.mark(seconds);
  }

  /** Stretches of a kind on the waveform, each [start, stop]. */
  outline(kind, stretches) {
    this.stretches.set(kind, stretches);
    this.wave?.spans(kind, stretches);
  }

  /** Say a sentence to those who listen for what is told. */
  tell(name, values) {
    this.dispatchEvent(new CustomEvent("told", { detail: this.say(name, values) }));
  }

  /** Look where the clock is and jump where a loop ends or a silence is skipped. */
  follow() {
    const { audio } = this;
    if (audio.paused || audio.seeking) return;
    const back = this.stretch.target(audio.currentTime);
    const on = back ?? this.skip.target(audio.currentTime);
    if (back !== null || (on !== null && this.stretch.holds(on))) this.seek(on);
  }

  #connect() {
    const { audio } = this;
    this.part("play").addEventListener("click", () => this.toggle());
    for (const button of this.element.querySelectorAll("[data-step]"))
      button.addEventListener("click", () => this.step(Number(button.dataset.step)));
    this.part("speed").addEventListener("change", (event) => this.setSpeed(Number(event.target.value)));
    for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => this.#showState());
    for (const name of ["timeupdate", "seeking", "seeked"]) audio.addEventListener(name, () => this.#showTime());
    audio.addEventListener("timeupdate", () => this.follow());
    audio.addEventListener("ended", () => this.stretch.inside && this.hear(this.stretch.state.start));
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

  #showState() {
    const playing = !this.audio.paused;
    this.element.classList.toggle("is-playing", playing);
    this.part("play").setAttribute("aria-label", this.say(playing ? "pause" : "play"));
    this.#showTime();
  }

  #showTime() {
    if (!this.recovery.isAway && !this.audio.error) this.lastNow = this.now;
    const text = formatTime(this.lastNow);
    if (text === this.shown) return;
    this.shown = text;
    this.part("now").textContent = text;
    const slider = this.part("wave");
    slider.setAttribute("aria-valuenow", String(Math.round(this.lastNow)));
    slider.setAttribute("aria-valuetext", this.say("position", { now: text, total: formatTime(this.duration) }));
    this.dispatchEvent(new CustomEvent("time", { detail: this.lastNow }));
  }

  async #draw() {
    try {
      const { Wave } = await import("./wave.mjs");
      this.wave = await Wave.draw(this);
      this.wave.mark(this.marks ?? []);
      for (const [kind, stretches] of this.stretches) this.wave.spans(kind, stretches);
      this.wave.loop(this.stretch.state);
    } catch {
      this.part("wave-fault").hidden = false;
    }
    await this.skip.load();
    this.hearing.show();
  }
}
