/** A few steps to choose from, up and down. */

/** The next step in a direction (+1, -1); stays at the ends, and finds its place from a value between two steps. */
export function nextOf(steps, value, direction) {
  const further = steps.filter((step) => (direction > 0 ? step > value + 1e-9 : step < value - 1e-9));
  if (!further.length) return direction > 0 ? steps[steps.length - 1] : steps[0];
  return direction > 0 ? further[0] : further[further.length - 1];
}
