/** What a person sees of saving: one quiet line, a banner when something waits, a warning before leaving. */
import { formatHour } from "./clock.mjs";

/** The banner's sentence and its gaps for a state, or null where no banner is due. */
export function bannerFor(state, unsaved, someoneElse = false) {
  if (state === "signed_out") return someoneElse ? ["other_person", {}] : ["signed_out", { n: unsaved }];
  if (state === "offline") return [unsaved === 1 ? "offline_one" : "offline_many", { n: unsaved }];
  return null;
}

export class SaveState {
  constructor(root, saver, sender, say) {
    Object.assign(this, { saver, sender, say, signIn: root.dataset.signIn });
    this.line = document.querySelector('[data-part="save-state"]');
    this.banners = root.querySelector('[data-part="banners"]');
    this.announcer = root.querySelector('[data-part="announcer"]');
    saver.addEventListener("state", () => this.#show());
    saver.addEventListener("locked", () => this.#final("locked"));
    saver.addEventListener("refused", ({ detail }) => this.#final("refused", { message: detail.message }));
    addEventListener("online", () => saver.retry());
    addEventListener("focus", () => saver.halted && saver.retry());
    addEventListener("beforeunload", (event) => {
      if (saver.unsaved || this.draft?.()) event.preventDefault();
    });
  }

  #show() {
    const { state, unsaved, savedAt } = this.saver;
    this.line.hidden = !savedAt && !unsaved;
    this.line.dataset.state = state;
    const texts = { saved: "saved", saving: "saving", offline: "offline_short", signed_out: "unsaved" };
    this.line.textContent = this.say(texts[state], { time: savedAt ? formatHour(savedAt) : "" });
    this.#banner(bannerFor(state, unsaved, this.sender.someoneElse));
  }

  #banner(wanted) {
    const key = wanted ? JSON.stringify(wanted) : "";
    if (key === this.shown) return;
    if (!wanted && this.shown) this.announcer.textContent = this.say("online");
    this.shown = key;
    this.banner?.remove();
    this.banner = wanted && this.#notice(this.say(...wanted), "waiting");
    if (!wanted) return;
    const act = document.createElement(this.saver.halted ? "a" : "button");
    if (this.saver.halted) Object.assign(act, { href: this.signIn, target: "_blank", textContent: this.say("sign_in") });
    else Object.assign(act, { type: "button", textContent: this.say("try_now"), onclick: () => this.saver.retry() });
    act.className = "button button-small";
    this.banner.append(act);
  }

  #final(sentence, values) {
    if (this.last) this.last.remove();
    this.last = this.#notice(this.say(sentence, values), "lost");
    const link = document.createElement("a");
    Object.assign(link, { href: location.href, className: "button button-small", textContent: this.say("reload") });
    this.last.append(link);
  }

  #notice(text, kind) {
    const notice = document.createElement("div");
    notice.className = `notice notice-${kind}`;
    const words = document.createElement("span");
    words.textContent = text;
    notice.append(words);
    this.banners.append(notice);
    return notice;
  }
}
