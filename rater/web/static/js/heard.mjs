/** What was heard of a recording: stretches [start, stop, speed], in seconds of the recording's own clock. */

/** Stretches of one speed that are no further apart than this are one. */
const JOINED_S = 0.25;
/** How much more than the wall clock allows the recording's clock may advance between two tellings. */
const SLACK_S = 1;

/** Stretches of equal speed joined where they touch; in the order of the recording. Merged twice is merged once. */
export function merge(stretches) {
  const kept = [];
  const last = new Map();
  for (const [start, stop, speed] of [...stretches].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const before = last.get(speed);
    if (before && start <= before[1] + JOINED_S) before[1] = Math.max(before[1], stop);
    else if (stop > start) kept.push(last.set(speed, [start, stop, speed]).get(speed));
  }
  return kept;
}

/** The seconds that stretches cover, at whatever speed: [start, stop], apart and in order. */
export function union(stretches) {
  return merge(stretches.map(([start, stop]) => [start, stop, 1])).map(([start, stop]) => [start, stop]);
}

/** What is left of intervals, apart and in order, without others of the same kind. */
export function without(intervals, others) {
  const left = [];
  for (const [start, stop] of intervals) {
    let at = start;
    for (const [from, to] of others) {
      if (to <= at || from >= stop) continue;
      if (from > at) left.push([at, from]);
      at = Math.max(at, to);
    }
    if (at < stop) left.push([at, stop]);
  }
  return left;
}

export function seconds(intervals) {
  return intervals.reduce((sum, [start, stop]) => sum + stop - start, 0);
}

/** The share, 0 to 1, of what is not silence that was heard; 1 where there is nothing but silence. */
export function share(stretches, duration, silences = []) {
  const sound = seconds(without([[0, duration]], silences));
  if (sound <= 0) return 1;
  return Math.min(1, seconds(without(union(stretches), silences)) / sound);
}

/** Stretches as they are sent: to a tenth of a second, none beyond the end. */
export function rounded(stretches, duration) {
  const tenth = (second) => Math.round(Math.min(second, duration) * 10) / 10;
  return merge(stretches.map(([start, stop, speed]) => [tenth(start), tenth(stop), speed]));
}

/** Follows the recording's clock, and counts as heard only what it ran through while playing. */
export class Recorder {
  constructor() {
    this.done = [];
    this.open = null;
    this.last = null;
  }

  /** Told where the clock stands: `at` and `speed`, whether it runs, and the wall clock in ms. */
  tell({ at, speed, playing, wall }) {
    const { last } = this;
    if (last?.playing && at > last.at && at - last.at <= ((wall - last.wall) / 1000) * last.speed * 1.5 + SLACK_S)
      this.#extend(last, at);
    else if (last && at !== last.at) this.#close();
    this.last = { at, speed, playing, wall };
  }

  /** The clock was set, by a seek or a reload: what lies between was not heard. */
  cut() {
    this.#close();
    this.last = null;
  }

  get stretches() {
    return merge(this.open ? [...this.done, this.open] : this.done);
  }

  #extend(last, at) {
    if (this.open && this.open[2] !== last.speed) this.#close();
    this.open ??= [last.at, at, last.speed];
    this.open[1] = at;
  }

  #close() {
    if (this.open) this.done = merge([...this.done, this.open]);
    this.open = null;
  }
}
