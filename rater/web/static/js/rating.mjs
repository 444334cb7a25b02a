/** The rating screen: joins the recording, the notes, the items, the logs, the keys and saving. */
import { itemActs, playerActs } from "./acts.mjs";
import { Clash } from "./clash.mjs";
import { describer } from "./describing.mjs";
import { heedEarly } from "./early.mjs";
import { HomeworkLog } from "./homework.mjs";
import { Items } from "./items.mjs";
import { Keys } from "./keys.mjs";
import { Listening } from "./listening.mjs";
import { Notes } from "./notes.mjs";
import { Player } from "./player.mjs";
import { SaveState } from "./savestate.mjs";
import { Saver } from "./saving.mjs";
import { Sender, personOf } from "./sending.mjs";
import { browserStore } from "./store.mjs";
import { Submission } from "./submit.mjs";
import { Tabs } from "./tabs.mjs";
import { pageWords } from "./words.mjs";

export async function attach(root) {
  const say = pageWords(document);
  const announcer = root.querySelector('[data-part="announcer"]');
  const announce = (text) => (announcer.textContent = text);
  const recording = root.querySelector('[data-part="player"]');
  const player = recording?.querySelector("audio") ? new Player(recording, say) : null;
  player?.addEventListener("speed", ({ detail }) => announce(say("speed_is", { speed: detail })));
  player?.addEventListener("told", ({ detail }) => announce(detail));

  const store = browserStore(document, root.dataset.rating, root.dataset.code);
  const leftovers = await store.adopt();
  const sender = new Sender(document);
  const describe = describer(document, say);
  const saver = new Saver((change) => sender.send(change), { store, describe });
  const state = new SaveState(root, saver, sender, say);
  const items = new Items(root, saver, say, announce);
  const notes = new Notes(root, saver, player, say, announce);
  const log = new HomeworkLog(root, saver, say, announce);
  const listening = player && new Listening(root, player, saver);
  state.draft = () => notes.draft;
  new Clash(saver, describe, say);
  new Submission(root, saver, items, say);
  new Keys(actsOn({ player, items, notes }), say, announce);
  new Tabs(saver, { person: personOf(document), rating: root.dataset.rating });
  heedEarly(root);
  saver.recover([items, notes, log, ...(listening ? [listening] : [])], leftovers);
  document.getElementById("problems")?.focus();
}

function actsOn({ player, items, notes }) {
  return {
    ...playerActs(player),
    ...itemActs(items),
    unsure: () => items.toggleUnsure(),
    note: () => notes.focus(),
    manual: () => document.querySelector('[data-part="manual-open"]').click(),
  };
}
