/**
 * Forms that are sent without leaving the page, so that the recording plays on: the page that comes back is the one
 * that a plain form would get, and its parts take the place of those here.
 *
 * Event: "changed" once parts have been replaced.
 */
import { Sender } from "./sending.mjs";

/** Of the parts that a form may change: all, where it stands in the one it makes new itself. */
export function partsFor(isNew) {
  return isNew ? ["new", "feedback"] : ["feedback"];
}

/** What was typed in `fields` and not sent: [[id, text], ...]. */
export function unsent(fields, sent) {
  return fields.filter((each) => each.id && !sent.has(each) && each.value !== each.defaultValue).map(({ id, value }) => [id, value]);
}

export class Staying extends EventTarget {
  constructor(root, say, announce) {
    super();
    Object.assign(this, { root, say, announce, sender: new Sender(document), leaving: false });
    root.addEventListener("submit", (event) => event.target.matches("form[data-stay]") && this.#submitted(event));
    root.addEventListener("keydown", (event) => this.#pressed(event));
    addEventListener("beforeunload", (event) => this.#typed().length && event.preventDefault());
  }

  #typed(form = null) {
    const sent = new Set(form ? form.elements : []);
    return unsent([...this.root.querySelectorAll("textarea")], sent);
  }

  #pressed(event) {
    const form = event.target.closest("form[data-stay]");
    if (!form || event.isComposing) return;
    if (event.key === "Escape" && event.target.matches("textarea")) event.target.blur();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[type=submit]"));
    }
  }

  async #submitted(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    const form = event.target;
    const fields = new FormData(form);
    if (event.submitter?.name) fields.set(event.submitter.name, event.submitter.value);
    const page = await this.#send(form, fields).catch(() => this.#fail(this.say("not_sent")));
    this.busy = false;
    if (page) this.#take(page, form);
  }

  async #send(form, fields) {
    let answer = await this.#request(form, fields);
    if (answer.status === 400 && (await this.sender.renew())) {
      fields.set("csrf_token", this.sender.token);
      answer = await this.#request(form, fields);
    }
    if (new URL(answer.url).pathname === "/sign-in") return this.#fail(this.say("signed_out"));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.querySelector('[data-part="feedback"]')) return page;
    return this.#fail(page.querySelector("main p")?.textContent ?? this.say("not_sent"));
  }

  #request(form, fields) {
    const body = new URLSearchParams(fields);
    const headers = { Accept: "text/html" };
    if (form.method !== "get") return fetch(form.action, { method: "POST", body, headers });
    const address = `${form.action}?${body}`;
    history.replaceState(null, "", address);
    return fetch(address, { headers });
  }

  #fail(sentence) {
    this.#news([sentence], "notice-waiting");
    return null;
  }

  #take(page, form) {
    const known = new Set([...this.root.querySelectorAll(".comment, .answer")].map(({ id }) => id));
    const [typed, at, isNew] = [this.#typed(form), form.closest("[id^=comment-]")?.id, Boolean(form.closest('[data-part="new"]'))];
    for (const part of partsFor(isNew)) {
      const here = this.root.querySelector(`[data-part="${part}"]`);
      here.replaceWith(document.adoptNode(page.querySelector(`[data-part="${part}"]`)));
    }
    this.#giveBack(typed);
    this.#news([...page.querySelectorAll("main > .notices .notice")].map((each) => each.textContent.trim()), "");
    this.dispatchEvent(new CustomEvent("changed", { detail: { isNew } }));
    this.#focus(known, at);
  }

  /** What stood in other forms, typed and not sent, stands there again. */
  #giveBack(typed) {
    for (const [id, value] of typed) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      const folded = field.closest("details");
      if (folded) folded.open = true;
    }
  }

  #news(sentences, kind) {
    const main = document.querySelector("main");
    main.querySelector(":scope > .notices")?.remove();
    if (!sentences.length) return;
    const box = Object.assign(document.createElement("div"), { className: "notices" });
    box.append(...sentences.map((textContent) => Object.assign(document.createElement("div"), { className: `notice ${kind}`, textContent })));
    main.prepend(box);
    this.announce(sentences.join(" "));
  }

  /** To what is wrong, else to what is new, else to where one was. */
  #focus(known, at) {
    const wrong = this.root.querySelector(".problems");
    const fresh = [...this.root.querySelectorAll(".comment, .answer")].find(({ id }) => id && !known.has(id));
    if (wrong) return wrong.parentElement.querySelector("textarea, input:not([type=hidden])")?.focus();
    const there = fresh ?? document.getElementById(at);
    there?.focus({ preventScroll: true });
    there?.scrollIntoView({ block: "nearest" });
  }
}
