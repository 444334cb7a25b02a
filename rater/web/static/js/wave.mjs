/** The waveform: wavesurfer on the player's own audio element, drawn from stored peaks. */
import WaveSurfer from "../vendor/wavesurfer.js/wavesurfer.esm.js";
import { MINIMAP_FROM_SECONDS, decodePeaks, pixelsPerSecond } from "./peaks.mjs";

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
      plugins,
      ...colours(),
    });
    dark.addEventListener("change", () => this.surfer.setOptions(colours()));
  }

  mark(seconds) {
    const wrapper = this.surfer.getWrapper();
    for (const old of wrapper.querySelectorAll("[part=mark]")) old.remove();
    for (const second of seconds) {
      const mark = document.createElement("div");
      mark.setAttribute("part", "mark");
      mark.style.left = `${(100 * second) / this.duration}%`;
      wrapper.append(mark);
    }
  }
}
