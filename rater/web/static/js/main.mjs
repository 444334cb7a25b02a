/** Finds the elements that name a module and lets each module enhance its own; `data-ready` says that it has. */
import { bring } from "./bring.mjs";

for (const element of document.querySelectorAll("[data-module]")) {
  const module = await bring(() => import(`./${element.dataset.module}.mjs`));
  if (module) Promise.resolve(module.attach(element)).then(() => (element.dataset.ready = "yes"));
}
