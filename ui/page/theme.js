// Light or dark: as the reader chose, else as their system is set.
import { keep, stored } from "./dom.js";

const KEY = "kv-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const theme = stored(localStorage, KEY);
  const dark = theme ? theme === "dark" : system.matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function switchTheme() {
  keep(localStorage, KEY, document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  apply();
}

system.addEventListener("change", apply);
apply();
