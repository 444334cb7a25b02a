/** Brings a module, again and again where the network or the server is away for a moment. */

const PAUSES_MS = [1000, 4000, 15_000, 60_000];

/** What `load` gives; null if it never came, so that the page stays what it is without scripts. */
export async function bring(load, pauses = PAUSES_MS) {
  for (const pause of [...pauses, null]) {
    try {
      return await load();
    } catch (fault) {
      if (!(fault instanceof TypeError)) throw fault;
      if (pause !== null) await new Promise((go) => setTimeout(go, pause));
    }
  }
  return null;
}
