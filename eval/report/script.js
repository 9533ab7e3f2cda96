"use strict";
(() => {
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const cases = Array.from(document.querySelectorAll(".case"));
  const texts = cases.map((one) => one.textContent.toLowerCase());
  const listed = new Set(["tag", "kind"]);

  function matches(one, text, wanted) {
    return wanted.every(([name, value]) =>
      listed.has(name) ? one.dataset[name].split("|").includes(value) : one.dataset[name] === value,
    ) && text;
  }

  function narrow() {
    const values = new FormData(form);
    const words = values.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = Array.from(values).filter(([name, value]) => name !== "text" && value);
    let shown = 0;
    cases.forEach((one, place) => {
      const fits = matches(one, words.every((word) => texts[place].includes(word)), wanted);
      one.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    count.textContent = shown === cases.length ? `${shown} cases` : `${shown} of ${cases.length} cases`;
  }

  function open() {
    const one = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!one || !one.classList.contains("case")) return;
    if (one.hidden) {
      form.reset();
      narrow();
    }
    one.querySelector("details").open = true;
    one.scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(narrow));
  document.getElementById("unfold").addEventListener("click", () => {
    cases.forEach((one) => { if (!one.hidden) one.querySelector("details").open = true; });
  });
  document.querySelectorAll("[data-show]").forEach((link) => link.addEventListener("click", () => {
    form.reset();
    form.elements.kind.value = link.dataset.show;
    setTimeout(narrow);
  }));
  window.addEventListener("hashchange", open);
  narrow();
  open();
})();
