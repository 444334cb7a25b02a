/** What a person sees of saving: one quiet line, a banner when something waits, a warning before leaving. */
import { formatHour } from "./clock.mjs";
import { Refusals } from "./refusals.mjs";

const counted = (name, n) => [n === 1 ? `${name}_one` : `${name}_many`, { n }];

/**
 * The banner's sentences, each a name with its gaps; none where no banner is due. `exposed` of the unsaved changes
 * would be lost with the window, because of `why`; `trouble` is "network", "server" or null.
 */
export function bannerFor({ state, unsaved = 0, exposed = 0, why = "", trouble = null, someoneElse = false }) {
  const kept = unsaved > exposed ? [counted("kept", unsaved - exposed)] : [];
  const inWindow = exposed ? [counted("window", exposed), ...(REASONS.has(why) ? [[`why_${why}`, {}]] : [])] : [];
  if (state === "signed_out") return [[someoneElse ? "other_person" : "signed_out", {}], ...kept, ...inWindow];
  if (state === "offline" && unsaved) return [[trouble === "server" ? "server_busy" : "offline", {}], ...kept, ...inWindow];
  return [];
}

const REASONS = new Set(["full", "refused", "insecure"]);

/** The quiet line's sentence. */
export function lineFor({ state, unsaved, exposed, refused = 0, time }) {
  if (refused && !unsaved) return ["refused_short", { n: refused }];
  if (state === "saved") return ["saved", { time }];
  if (state === "signed_out" && unsaved === 0) return ["saved", { time }];
  if (state === "signed_out") return ["unsaved", {}];
  if (state === "offline" && unsaved) return [exposed ? "window_short" : "offline_short", { n: exposed || unsaved }];
  return unsaved ? ["saving", {}] : ["saved", { time }];
}

export class SaveState {
  constructor(root, saver, sender, say) {
    Object.assign(this, { saver, sender, say, signIn: root.dataset.signIn });
    this.line = document.querySelector('[data-part="save-state"]');
    this.banners = root.querySelector('[data-part="banners"]');
    this.announcer = root.querySelector('[data-part="announcer"]');
    this.refusals = new Refusals(this.banners, saver, say);
    saver.addEventListener("state", () => this.#show());
    saver.addEventListener("outdated", () => this.#outdated());
    addEventListener("online", () => saver.retry());
    addEventListener("focus", () => saver.halted && saver.retry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && saver.retry());
    addEventListener("beforeunload", (event) => this.#leaving(event));
  }

  #leaving(event) {
    const draft = this.draft?.() ?? "";
    if (this.saver.exposed || (draft && !this.saver.store.holdsDraft(draft))) event.preventDefault();
  }

  #show() {
    const { saver } = this;
    const { state, unsaved, exposed, trouble, savedAt } = saver;
    this.line.hidden = !savedAt && !unsaved && !saver.refusals.size;
    this.line.dataset.state = saver.refusals.size && !unsaved ? "refused" : state;
    this.line.textContent = this.say(...lineFor({ state, unsaved, exposed, refused: saver.refusals.size, time: savedAt ? formatHour(savedAt) : "" }));
    const { someoneElse } = this.sender;
    this.#banner(bannerFor({ state, unsaved, exposed, trouble, someoneElse, why: saver.store.why }));
    if (saver.store.unreadable && !this.unreadable) this.#unreadable(saver.store);
  }

  #banner(sentences) {
    const text = sentences.map((each) => this.say(...each)).join(" ");
    if (text === (this.shown ?? "")) return;
    if (!text) this.announcer.textContent = this.say("online");
    this.shown = text;
    if (!text) {
      this.banner.remove();
      this.banner = null;
      return;
    }
    this.banner ??= notice(this.banners, "waiting");
    const words = Object.assign(document.createElement("span"), { textContent: text });
    this.banner.replaceChildren(words, this.#act());
  }

  #act() {
    if (!this.saver.halted) return button(this.say("try_now"), () => this.saver.retry());
    const link = document.createElement("a");
    return Object.assign(link, { className: "button button-small", href: this.signIn, target: "_blank", textContent: this.say("sign_in") });
  }

  #outdated() {
    if (this.old) return;
    this.old = notice(this.banners, "waiting");
    const link = Object.assign(document.createElement("a"), { className: "button button-small", href: location.href, textContent: this.say("reload") });
    this.old.append(this.say("outdated"), " ", link);
  }

  #unreadable(store) {
    this.unreadable = notice(this.banners, "waiting");
    const remove = button(this.say("discard"), () => {
      store.discard();
      this.unreadable.remove();
      this.unreadable = null;
    });
    this.unreadable.append(this.say(...counted("unreadable", store.unreadable)), " ", remove);
  }
}

/** An empty notice at the end of `place`. */
export function notice(place, kind) {
  const made = Object.assign(document.createElement("div"), { className: `notice notice-${kind}` });
  place.append(made);
  return made;
}

/** A small button with its act. */
export function button(words, onclick) {
  return Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: words, onclick });
}
