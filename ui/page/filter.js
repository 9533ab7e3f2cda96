// Which letters are asked by what they have in common: a period, a ministry, a dossier.
import { byId, make } from "./dom.js";
import { call, visitor } from "./server.js";

const FIELDS = ["date_from", "date_to", "ministry", "dossier"];

export class Filter {
  constructor(page) {
    this.page = page;
    this.form = byId("kv-filter");
    this.found = null;
    this.form.addEventListener("toggle", () => this.form.open && !this.filled && this.apply());
    for (const field of FIELDS) this.field(field).addEventListener("change", () => this.apply());
    byId("kv-filter-clear").addEventListener("click", () => this.clear());
  }

  field(name) {
    return byId(`kv-filter-${name}`);
  }

  get values() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.field(name).value]));
  }

  /** What goes with a question: letters that were chosen one by one, else those that the filter leaves. */
  scope(chosen) {
    return this.found && !chosen.length ? { letters: [], ...this.values } : [...chosen];
  }

  holds(letter) {
    return !this.found || !letter.id || this.found.ids.includes(letter.id);
  }

  /** Ask the server what is left; where that is nothing, all letters stay, and it is said. */
  async apply() {
    const wanted = this.values;
    const set = FIELDS.some((name) => wanted[name]);
    try {
      const found = await call("page_filter", [wanted, visitor()]);
      this.fill(found);
      this.found = set && found.ids.length ? found : null;
      this.say(set ? (found.ids.length ? "filter_found" : "filter_none") : "", found);
    } catch (error) {
      this.found = null;
      this.say(error.key ?? "failed");
    }
    byId("kv-filter-clear").hidden = !set;
    this.page.choose([]);
  }

  clear() {
    for (const name of FIELDS) this.field(name).value = "";
    this.form.querySelector("summary").focus();
    return this.apply();
  }

  /** Offer the ministries and dossiers that there are. */
  fill({ ministries, dossiers }) {
    this.filled = true;
    for (const [name, all, values] of [["ministry", "all_ministries", ministries], ["dossier", "all_dossiers", dossiers]]) {
      const before = this.field(name).value;
      this.field(name).replaceChildren(make("option", { value: "" }, this.page.t(all)), ...values.map((one) => make("option", { value: one }, one)));
      this.field(name).value = values.includes(before) ? before : "";
    }
  }

  say(key, found = {}) {
    const left = found.ids && { count: found.ids.length, undated: found.undated };
    const undated = found.undated ? ` ${this.page.t("filter_undated", left)}` : "";
    this.said = [key, found];
    byId("kv-filter-found").textContent = key ? this.page.t(key, left) + (key === "filter_found" ? undated : "") : "";
  }

  /** Put the page's language on what is said here. */
  label() {
    this.form.hidden = this.page.letters.length < 2 && !(this.page.total > 1);
    if (this.said) this.say(...this.said);
    for (const [name, all] of [["ministry", "all_ministries"], ["dossier", "all_dossiers"]])
      if (this.field(name).options.length) this.field(name).options[0].textContent = this.page.t(all);
  }
}
