/** An excerpt: one stretch that is played from its start to its end, and no further. */
import { formatTime } from "./clock.mjs";
import { isOver } from "./loop.mjs";

const SECONDS = /^\d{1,6}(\.\d{1,3})?$/;

function second(text) {
  return text !== null && text !== undefined && SECONDS.test(text) ? Number(text) : null;
}

/** Start and stop in seconds within a recording; `stop` is null for a moment; null where it is no place in it. */
export function stretchOf(start, stop, duration) {
  const [from, to] = [second(start), second(stop)];
  if (from === null || from > duration) return null;
  return { start: from, stop: to !== null && to > from ? Math.min(to, duration) : null };
}

/** The excerpt that an address names, by `#t=42,55` or `?from=42&to=55`; null where it names none. */
export function excerptIn({ search = "", hash = "" }, duration) {
  const fragment = /^#t=([^,]*)(?:,(.*))?$/.exec(hash);
  if (fragment) return stretchOf(fragment[1], fragment[2], duration);
  const asked = new URLSearchParams(search);
  return stretchOf(asked.get("from"), asked.get("to"), duration);
}

export class Excerpt {
  constructor(player) {
    this.player = player;
    this.state = null;
    player.audio.addEventListener("timeupdate", () => this.#look());
    player.audio.addEventListener("seeking", () => this.#left());
    player.audio.addEventListener("ended", () => this.#end());
  }

  /** Play a stretch from its start; one without an end plays on. */
  hear(stretch) {
    this.#set(stretch);
    if (this.player.audio.paused) this.player.toggle();
  }

  /** The same on a page that has just come: where the browser does not let it sound yet, one key is enough. */
  async open(stretch) {
    this.#set(stretch);
    try {
      await this.player.audio.play();
    } catch {
      const { start, stop } = stretch;
      if (stop !== null) this.player.tell("excerpt_ready", { start: formatTime(start), stop: formatTime(stop) });
    }
  }

  #set({ start, stop }) {
    this.player.seek(start);
    this.state = stop === null ? null : { start, stop };
    this.player.outline("excerpt", stop === null ? [] : [[start, stop]]);
  }

  /** The clock is told four times a second; the end is met more exactly than that. */
  #look() {
    const { audio } = this.player;
    if (!this.state || audio.paused || audio.seeking) return;
    if (isOver(this.state, audio.currentTime)) return this.#end();
    clearTimeout(this.timer);
    const left = (this.state.stop - audio.currentTime) / audio.playbackRate;
    if (left < 0.5) this.timer = setTimeout(() => this.#look(), left * 1000);
  }

  /** Who goes elsewhere listens on. */
  #left() {
    const { currentTime } = this.player.audio;
    if (this.state && (currentTime < this.state.start - 0.1 || currentTime > this.state.stop)) this.#clear();
  }

  #end() {
    if (!this.state) return;
    const { stop } = this.state;
    this.player.audio.pause();
    this.#clear();
    this.player.tell("excerpt_over", { stop: formatTime(stop) });
  }

  #clear() {
    clearTimeout(this.timer);
    this.state = null;
    this.player.outline("excerpt", []);
  }
}
