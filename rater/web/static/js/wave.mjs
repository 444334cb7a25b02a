/** The waveform: wavesurfer on the player's own audio element, drawn from stored peaks. */
import WaveSurfer from "../vendor/wavesurfer.js/wavesurfer.esm.js";
import Timeline from "../vendor/wavesurfer.js/timeline.esm.js";
import { formatTime } from "./clock.mjs";
import { MINIMAP_FROM_SECONDS, decodePeaks, labelStep, pixelsPerSecond } from "./peaks.mjs";
import { Tint } from "./tint.mjs";

const dark = matchMedia("(prefers-color-scheme: dark)");

function colours() {
  const style = getComputedStyle(document.documentElement);
  const take = (name) => style.getPropertyValue(name).trim();
  return { waveColor: take("--wave"), progressColor: take("--accent"), cursorColor: take("--ink") };
}

/** The page's nonce, without which the waveform's own style would be refused. */
function nonce() {
  return document.querySelector("script[nonce]")?.nonce ?? "";
}

async function minimap(player) {
  const { default: Minimap } = await import("../vendor/wavesurfer.js/minimap.esm.js");
  const container = player.part("minimap");
  container.hidden = false;
  const { waveColor, progressColor } = colours();
  const bars = { barWidth: 1, barGap: 1, normalize: true, dragToSeek: true };
  return Minimap.create({ container, height: 28, waveColor, progressColor, ...bars, overlayColor: "rgb(125 110 80 / 22%)", cspNonce: nonce() });
}

function timeline(width, duration) {
  const step = labelStep(width, duration);
  return Timeline.create({
    height: 16,
    timeInterval: step / 2,
    primaryLabelInterval: step,
    secondaryLabelInterval: step,
    formatTimeCallback: (second) => (second > duration - step / 2 ? "" : formatTime(second)),
    style: { fontSize: "11px", color: "var(--ink-2)" },
  });
}

function placed(name, left, width) {
  const made = document.createElement("div");
  made.setAttribute("part", name);
  made.style.left = `${left}%`;
  if (width !== undefined) made.style.width = `${width}%`;
  return made;
}

export class Wave {
  /** Fetch the player's peaks and draw them; rejects when they cannot be had. */
  static async draw(player) {
    const answer = await fetch(player.element.dataset.peaks);
    if (!answer.ok) throw new Error(`peaks: ${answer.status}`);
    const peaks = decodePeaks(new Uint8Array(await answer.arrayBuffer()));
    return new Wave(player, peaks, player.duration > MINIMAP_FROM_SECONDS ? [await minimap(player)] : []);
  }

  constructor(player, peaks, plugins) {
    const box = player.part("wave");
    this.duration = player.duration;
    this.surfer = WaveSurfer.create({
      container: box,
      media: player.audio,
      peaks: [peaks],
      duration: player.duration,
      height: 72,
      barWidth: 2,
      barGap: 1,
      barRadius: 1,
      cursorWidth: 2,
      normalize: true,
      hideScrollbar: true,
      dragToSeek: true,
      autoScroll: true,
      minPxPerSec: pixelsPerSecond(box.clientWidth, player.duration),
      cspNonce: nonce(),
      plugins: [...plugins, timeline(box.clientWidth, player.duration)],
      ...colours(),
    });
    this.tints = [new Tint(this.surfer.getWrapper(), player.duration)];
    if (plugins.length) this.tints.push(new Tint(player.part("minimap"), player.duration));
    this.#show("seam", JSON.parse(player.element.dataset.parts || "[]"));
    this.spans("masked", JSON.parse(player.element.dataset.masks || "[]"));
    dark.addEventListener("change", () => {
      this.surfer.setOptions(colours());
      for (const tint of this.tints) tint.draw();
    });
  }

  /** Marks of notes. */
  mark(seconds) {
    this.#show("mark", seconds);
  }

  /** What was heard, as stretches. */
  heard(stretches) {
    for (const tint of this.tints) tint.draw(stretches);
  }

  /** The loop that is set, or begun, or none. */
  loop(loop) {
    const { start, stop } = loop ?? {};
    this.spans("loop", loop ? [[start, stop ?? start]] : []);
  }

  /** Stretches as spans of one part, in place of those that it had. */
  spans(part, stretches) {
    this.#clear(part);
    const share = (second) => (100 * second) / this.duration;
    this.surfer.getWrapper().append(...stretches.map(([start, stop]) => placed(part, share(start), share(stop - start))));
  }

  #show(part, seconds) {
    this.#clear(part);
    this.surfer.getWrapper().append(...seconds.map((second) => placed(part, (100 * second) / this.duration)));
  }

  #clear(part) {
    for (const old of this.surfer.getWrapper().querySelectorAll(`[part=${part}]`)) old.remove();
  }
}
