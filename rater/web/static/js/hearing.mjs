/** Shows what was heard, by other windows before and by this one now: a tint on the waveform, and per cent in words. */
import { Recorder, merge, share } from "./heard.mjs";

const SHOWN_EVERY_MS = 1000;

/** 0.899 is "89 %": a share is never told higher than it is. */
export function percent(part) {
  return `${Math.floor(part * 100 + 1e-6)}\u00a0%`;
}

export class Hearing {
  constructor(player) {
    this.player = player;
    this.recorder = new Recorder();
    this.before = JSON.parse(player.element.dataset.heard || "[]");
    this.shownAt = -Infinity;
    const { audio } = player;
    for (const name of ["timeupdate", "play", "ratechange", "pause", "ended"]) audio.addEventListener(name, () => this.note());
    for (const name of ["seeking", "emptied"]) audio.addEventListener(name, () => this.recorder.cut());
    for (const name of ["pause", "ended"]) audio.addEventListener(name, () => this.show());
    if (player.element.dataset.share) this.tell(Number(player.element.dataset.share));
    else this.show();
  }

  /** What this window has heard. */
  get stretches() {
    return this.recorder.stretches;
  }

  get all() {
    return merge([...this.before, ...this.stretches]);
  }

  /** Look at the clock now; called before it is set, too. */
  note() {
    const { audio } = this.player;
    if (audio.seeking || !audio.readyState) return this.recorder.cut();
    const wall = performance.now();
    this.recorder.tell({ at: audio.currentTime, speed: audio.playbackRate, playing: !audio.paused && !audio.ended, wall });
    if (wall - this.shownAt >= SHOWN_EVERY_MS) this.show();
  }

  /** Stretches that were heard elsewhere, or by this window before it was loaded again. */
  add(stretches) {
    this.before = merge([...this.before, ...stretches]);
    this.show();
  }

  show() {
    this.shownAt = performance.now();
    const { player } = this;
    player.wave?.heard(this.all);
    this.tell(share(this.all, player.duration, player.skip?.silences ?? []));
  }

  tell(part) {
    const text = this.player.say("heard", { share: percent(part) });
    const line = this.player.part("heard");
    if (line.textContent !== text) line.textContent = text;
  }
}
