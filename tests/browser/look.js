// One look at a document as it stands at this width; what it returns is judged by rules.py.
() => {
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = (text) => text.replace(/\s+/g, " ").trim();
  const named = (node) =>
    `${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""} “${words(node.innerText || "").slice(0, 40)}”`;

  const seen = (node) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    return (
      style.visibility !== "hidden" && style.display !== "none" && box.width > 1 && box.height > 1 &&
      box.right > 0 && box.bottom + scrollY > 0 && node.closest("[aria-hidden=true]") === null
    );
  };

  // A link inside a sentence is as high as its line (WCAG 2.2, 2.5.8 "inline").
  const inSentence = (node) => {
    const around = [...node.parentElement.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE);
    const rest = words(around.map((each) => each.data).join(""));
    return node.tagName === "A" && getComputedStyle(node).display === "inline" && rest.length > 3;
  };
  const isSmall = (node) => {
    const box = node.getBoundingClientRect();
    return Math.min(box.width, box.height) < 24 && !inSentence(node);
  };
  const targets = all("a[href], button, input:not([type=hidden]), select, textarea, summary").filter(seen);
  const isFilled = (node) =>
    getComputedStyle(node).backgroundColor === "rgb(42, 110, 187)" && ["A", "BUTTON"].includes(node.tagName);

  const sticksOut = (node) => seen(node) && node.getBoundingClientRect().right > root.clientWidth + 1;
  const isCut = (node) =>
    seen(node) && node.childElementCount === 0 && node.scrollWidth > node.clientWidth + 1 &&
    /hidden|clip/.test(getComputedStyle(node).overflowX) && !node.closest(".vh") &&
    !["INPUT", "TEXTAREA", "SELECT", "OPTION"].includes(node.tagName);

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const text = words(walker.currentNode.data);
    if (!text || parent.closest("script, style, datalist, svg title")) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    texts.push({ text, lang: parent.closest("[lang]").lang, size, seen: seen(parent) });
  }

  const labels = (node) => ["aria-label", "title", "alt"].map((name) => node.getAttribute(name)).filter(Boolean);
  const ids = all("[id]").map((node) => node.id);
  const overflow = root.scrollWidth - root.clientWidth;
  return {
    lang: root.lang,
    title: document.title,
    headings: all("h1").map((node) => words(node.innerText)),
    summary: document.querySelector("#error-summary") !== null,
    ribbon: all("header > :first-child").filter(seen).map((node) => words(node.innerText)),
    overflow,
    wide: overflow > 0 ? all("body *").filter(sticksOut).slice(0, 3).map(named) : [],
    cut: all("body *").filter(isCut).map(named),
    small: targets.filter(isSmall).map(named),
    filled: targets.filter(isFilled).map(named),
    texts,
    attributes: all("[aria-label], [title], [alt]")
      .filter((node) => node.closest("[lang]").lang === root.lang)
      .flatMap(labels),
    placeholders: all("[placeholder]").map(named),
    styled: all("[style]").map(named),
    ids: ids.filter((id, at) => ids.indexOf(id) !== at),
    dead: all("a[href^='#']").map((node) => node.getAttribute("href").slice(1)).filter((id) => !ids.includes(id)),
  };
}
