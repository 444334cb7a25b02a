/** Rating a session in supervision: the items of the rating screen, saved one by one, with the recording beside them. */
import { itemActs, playerActs } from "./acts.mjs";
import { Clash } from "./clash.mjs";
import { describer } from "./describing.mjs";
import { Items } from "./items.mjs";
import { Keys } from "./keys.mjs";
import { memoryStore } from "./memory.mjs";
import { Player } from "./player.mjs";
import { SaveState } from "./savestate.mjs";
import { Saver } from "./saving.mjs";
import { Sender } from "./sending.mjs";
import { Submission } from "./submit.mjs";
import { pageWords } from "./words.mjs";

export function attach(root) {
  const say = pageWords(document);
  const announcer = root.querySelector('[data-part="announcer"]');
  const announce = (text) => (announcer.textContent = text);
  const recording = root.querySelector('[data-part="player"]');
  const player = recording?.querySelector("audio") ? new Player(recording, say) : null;
  player?.addEventListener("told", ({ detail }) => announce(detail));

  const sender = new Sender(document);
  const describe = describer(document, say);
  const saver = new Saver((change) => sender.send(change), { store: memoryStore(), describe });
  new SaveState(root, saver, sender, say);
  const items = new Items(root, saver, say, announce);
  new Clash(saver, describe, say);
  new Submission(root, saver, items, say);
  new Keys({ ...playerActs(player), ...itemActs(items) }, say, announce);
  saver.recover([items], []);
  document.getElementById("problems")?.focus();
}
