/** Sound above full volume, for a patient who speaks softly; the audio graph is made when it is first wanted. */
import { percent } from "./hearing.mjs";

export const BOOSTS = [1, 1.5, 2, 2.5, 3];
const MOST = 10;

/** The gain for a boost: at 1 the sound is as it is; above, a quiet recording (`base` > 1) is raised further. */
export function gainFor(boost, base = 1) {
  return boost === 1 ? 1 : Math.min(MOST, boost * Math.max(1, base));
}

export class Boost {
  constructor(player) {
    this.player = player;
    this.base = Number(player.element.dataset.gain) || 1;
    this.value = 1;
    this.select = player.part("boost");
    this.select.addEventListener("change", () => this.set(Number(this.select.value)));
  }

  set(boost) {
    try {
      if (boost > 1) this.gain ??= this.#graph();
    } catch {
      this.select.value = "1";
      return this.player.tell("boost_fault");
    }
    this.value = boost;
    this.select.value = String(boost);
    this.gain?.gain.setTargetAtTime(gainFor(boost, this.base), this.context.currentTime, 0.02);
    this.player.tell("boost_is", { share: percent(boost) });
  }

  /** The element's sound goes through the gain, then through a limiter, so that loud words do not hurt. */
  #graph() {
    this.context = new AudioContext();
    const gain = this.context.createGain();
    const limiter = new DynamicsCompressorNode(this.context, { threshold: -6, knee: 6, ratio: 20, attack: 0.003, release: 0.1 });
    this.context.createMediaElementSource(this.player.audio).connect(gain).connect(limiter).connect(this.context.destination);
    this.player.audio.addEventListener("play", () => this.context.resume());
    this.context.resume();
    return gain;
  }
}
