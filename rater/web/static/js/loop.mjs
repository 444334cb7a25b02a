/** A stretch that is heard again and again: set its start, set its end, let it go. */
import { formatTime } from "./clock.mjs";

/** A stretch shorter than this is a slip. */
const SHORTEST_S = 0.5;

/** What one more press at a second makes of a loop: nothing -> {start} -> {start, stop} -> nothing. */
export function pressed(loop, at) {
  if (!loop) return { start: at };
  if (loop.stop !== undefined || Math.abs(at - loop.start) < SHORTEST_S) return null;
  return { start: Math.min(at, loop.start), stop: Math.max(at, loop.start) };
}

/** Whether the clock, which was inside a loop, has run out of it at its end. */
export function isOver(loop, at) {
  return loop?.stop !== undefined && at >= loop.stop - 0.02;
}

export class Loop {
  constructor(player) {
    this.player = player;
    this.state = null;
    this.inside = false;
    this.button = player.part("loop");
    this.button.addEventListener("click", () => this.press());
    player.audio.addEventListener("seeking", () => this.#enter());
    this.#show();
  }

  press() {
    const { player } = this;
    this.state = pressed(this.state, player.now);
    this.#show();
    player.wave?.loop(this.state);
    const { start, stop } = this.state ?? {};
    if (stop !== undefined) {
      player.seek(start);
      player.tell("loop_set", { start: formatTime(start), stop: formatTime(stop) });
    } else if (this.state) player.tell("loop_begun", { start: formatTime(start) });
    else player.tell("loop_ended");
  }

  /** Where playing goes on from here, or null. */
  target(at) {
    if (this.inside && isOver(this.state, at)) return this.state.start;
    this.#enter(at);
    if (this.inside) this.#watch(at);
    return null;
  }

  /** Whether a jump to a second would leave the loop that is being heard. */
  holds(second) {
    return !this.inside || second < this.state.stop;
  }

  #enter(at = this.player.now) {
    this.inside = this.state?.stop !== undefined && at >= this.state.start && at < this.state.stop;
  }

  /** The clock is told four times a second; the end of a loop is met more exactly than that. */
  #watch(at) {
    clearTimeout(this.timer);
    const { audio } = this.player;
    const left = (this.state.stop - at) / audio.playbackRate;
    if (!audio.paused && left < 0.5) this.timer = setTimeout(() => this.player.follow(), left * 1000);
  }

  #show() {
    const word = !this.state ? "loop_start" : this.state.stop === undefined ? "loop_stop" : "loop_end";
    this.button.textContent = this.player.say(word);
    this.button.classList.toggle("is-on", this.state !== null);
  }
}
