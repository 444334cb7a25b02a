/** The rating screen: joins the recording, the notes, the items, the keys and saving. */
import { Clash } from "./clash.mjs";
import { HomeworkLog } from "./homework.mjs";
import { Items } from "./items.mjs";
import { Keys } from "./keys.mjs";
import { Notes } from "./notes.mjs";
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
  const sender = new Sender(document);
  const saver = new Saver((change) => sender.send(change));
  const state = new SaveState(root, saver, sender, say);
  const recording = root.querySelector('[data-part="player"]');
  const player = recording ? new Player(recording, say) : null;
  const items = new Items(root, saver, say);
  const notes = new Notes(root, saver, player, say, announce);
  state.draft = () => notes.draft;
  new HomeworkLog(root, saver);
  new Clash(saver, items, say);
  new Submission(root, saver, items);
  items.addEventListener("rated", ({ detail }) => announce(items.describe(detail)));
  player?.addEventListener("speed", ({ detail }) => announce(say("speed_is", { speed: detail })));
  new Keys(actsOn({ player, items, notes }), say, announce);
  document.getElementById("problems")?.focus();
}

function actsOn({ player, items, notes }) {
  const withPlayer = (act) => (wanted) => (player ? act(wanted) : false);
  return {
    play: withPlayer(() => player.toggle()),
    seek: withPlayer(({ seconds }) => player.step(seconds)),
    slower: withPlayer(() => player.changeSpeed(-1)),
    faster: withPlayer(() => player.changeSpeed(1)),
    rate: ({ digit }) => items.rate(digit),
    up: () => items.move(-1),
    down: () => items.move(1),
    code: () => items.cycleCodes(),
    clear: () => items.clear(),
    note: () => notes.focus(),
  };
}
