/** A quiet tint over the stretches that were heard, on one canvas, however many they are. */
import { union } from "./heard.mjs";

const WIDEST = 4096;
/** Rows of the canvas, whatever its height on the page: a wash over all, and a line at the foot. */
const ROWS = 24;

/** Stretches as pixels [left, width] on a line of `width` pixels; what was heard is never too narrow to be seen. */
export function boxes(stretches, duration, width) {
  const scale = width / duration;
  return union(stretches).map(([start, stop]) => [start * scale, Math.max(1, (stop - start) * scale)]);
}

export class Tint {
  constructor(parent, duration) {
    Object.assign(this, { parent, duration, stretches: [] });
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("part", "heard");
    this.canvas.className = "heard-tint";
    parent.prepend(this.canvas);
    new ResizeObserver(() => this.draw()).observe(parent);
  }

  draw(stretches = this.stretches) {
    this.stretches = stretches;
    const { canvas } = this;
    const width = Math.min(WIDEST, Math.round(this.parent.clientWidth * devicePixelRatio));
    if (!width) return;
    Object.assign(canvas, { width, height: ROWS });
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const paint = (colour, top) => {
      pen.fillStyle = style.getPropertyValue(colour);
      for (const [left, wide] of boxes(stretches, this.duration, width)) pen.fillRect(left, top, wide, ROWS - top);
    };
    paint("--accent-wash", 0);
    paint("--accent", ROWS - 1);
  }
}
