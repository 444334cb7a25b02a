/** Stored peaks as numbers, and how much of a recording the waveform shows at a time. */
export const MINIMAP_FROM_SECONDS = 20 * 60;
const WINDOW_SECONDS = 10 * 60;
const LABEL_STEPS = [10, 30, 60, 120, 300, 600, 1800, 3600];
const LABEL_PIXELS = 56;

/** Stored peaks (a byte a point, 255 the recording's loudest) as numbers from 0 to 1. */
export function decodePeaks(bytes) {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

/** Pixels a second: a long recording shows ten minutes at a time, a short one the whole. */
export function pixelsPerSecond(width, duration) {
  return duration > MINIMAP_FROM_SECONDS ? width / WINDOW_SECONDS : 0;
}

/** Seconds between the labels of the timeline, so that they do not touch. */
export function labelStep(width, duration) {
  const pixels = pixelsPerSecond(width, duration) || width / duration;
  return LABEL_STEPS.find((step) => step * pixels >= LABEL_PIXELS) ?? LABEL_STEPS[LABEL_STEPS.length - 1];
}
