/** Windows of one browser: each holds a lock of its name as long as it lives, so that another can see that it is gone. */

const nameOf = (window) => `rater-window-${window}`;
const PATIENCE_MS = 3000;

/** Resolves as soon as the window's lock is held; until the window ends, or, `once`, no longer than that. */
export function holdWindow(window, { once = false, locks = navigator.locks } = {}) {
  return new Promise((held, failed) => {
    const hold = () => {
      held();
      return once ? undefined : new Promise(() => {});
    };
    locks.request(nameOf(window), hold).catch(failed);
  });
}

/** Those of the windows that nobody holds any more. */
export async function freeWindows(windows, locks = navigator.locks) {
  const free = new Set();
  for (const window of new Set(windows)) {
    await locks.request(nameOf(window), { ifAvailable: true }, (lock) => void (lock && free.add(window)));
  }
  return free;
}

/** Do something that no two windows do at once; rejects where another one takes too long. */
export function whileAdopting(act, locks = navigator.locks) {
  return locks.request("rater-adopt", { signal: AbortSignal.timeout(PATIENCE_MS) }, act);
}
