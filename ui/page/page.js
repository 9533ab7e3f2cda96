/* Chips, links and search inside the page: all of it here, nothing fetched. */
(() => {
  "use strict";
  const reader = () => document.querySelector("#reader .reader");

  const find = (paragraph) =>
    [...document.querySelectorAll("#reader [data-paragraph]")].find((one) => one.dataset.paragraph === paragraph);

  const show = (place) => {
    place.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  };

  const openLetter = () => document.querySelector("#panes").classList.add("reading");
  const closeLetter = () => document.querySelector("#panes").classList.remove("reading");

  const point = (paragraph, start, reached = true) => {
    const place = find(paragraph);
    if (!place) return;
    document.querySelectorAll("#reader .cited").forEach((one) => one.classList.remove("cited"));
    const sentence = [...place.querySelectorAll(".sentence")].find((one) => one.dataset.start === start);
    (sentence || place).classList.add("cited");
    if (reached) {
      openLetter();
      place.focus({ preventScroll: true });
    }
    show(sentence || place);
  };

  const markCited = () => {
    document.querySelectorAll("#conversation .chip").forEach((chip) => {
      const place = find(chip.dataset.paragraph);
      if (place) place.classList.add("was-cited");
    });
  };

  const ask = (question) => {
    const field = document.querySelector("#question textarea, #question input");
    const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set;
    setter.call(field, question);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    closeLetter();
    setTimeout(() => document.querySelector("#send").click(), 60);
  };

  const copy = async (button) => {
    const text = button.dataset.copy || new URL(button.dataset.link, location.origin + location.pathname).href;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = before; }, 1500);
  };

  const clearFound = () => {
    document.querySelectorAll("#reader mark.found").forEach((mark) => {
      mark.replaceWith(...mark.childNodes);
    });
    document.querySelectorAll("#reader .sentence").forEach((one) => one.normalize());
  };

  const search = (field) => {
    clearFound();
    const wanted = field.value.trim().toLocaleLowerCase();
    const told = field.parentElement.querySelector("output");
    if (wanted.length < 2) { told.textContent = ""; return; }
    let count = 0;
    document.querySelectorAll("#reader .sentence").forEach((sentence) => {
      const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      texts.forEach((text) => {
        let rest = text;
        for (;;) {
          const at = rest.data.toLocaleLowerCase().indexOf(wanted);
          if (at < 0) break;
          const hit = rest.splitText(at);
          rest = hit.splitText(wanted.length);
          const mark = document.createElement("mark");
          mark.className = "found";
          hit.replaceWith(mark);
          mark.append(hit);
          count += 1;
        }
      });
    });
    told.textContent = count ? `${count} ${field.dataset.found}` : field.dataset.none;
    const first = document.querySelector("#reader mark.found");
    if (first) show(first);
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a");
    if (!target) return;
    if (target.matches(".chip, .open")) point(target.dataset.paragraph, target.dataset.start);
    else if (target.matches(".copy")) copy(target);
    else if (target.matches("[data-ask]")) ask(target.dataset.ask);
    else if (target.matches(".close-letter")) closeLetter();
    else if (target.matches("#show-letter")) openLetter();
    else if (target.matches("#reader a[href^='#']")) {
      event.preventDefault();
      const place = document.getElementById(target.getAttribute("href").slice(1));
      if (place) show(place);
    }
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "find-text") search(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeLetter();
  });

  window.kamervraag = {
    showLatest: () => {
      markCited();
      const questions = document.querySelectorAll("#conversation .question");
      const last = questions[questions.length - 1];
      if (last) last.scrollIntoView({ block: "start", behavior: "auto" });
      // beside the answer its first source is in view; on a phone the letter comes when it is asked for
      const answers = document.querySelectorAll("#conversation .answer");
      const chip = answers.length && answers[answers.length - 1].querySelector(".chip");
      if (chip && matchMedia("(min-width: 900px)").matches) point(chip.dataset.paragraph, chip.dataset.start, false);
    },
    followLink: () => {
      const asked = new URLSearchParams(location.search);
      const letter = reader();
      document.documentElement.lang = document.querySelector("#language input:checked")?.value || "nl";
      if (asked.get("p") && letter) setTimeout(() => point(`${letter.dataset.letter}/${asked.get("p")}`, ""), 50);
    },
  };
})();
