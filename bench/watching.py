"""What a page tells of itself, by the clocks that its browser keeps: scripts for it, and what they answer."""

from __future__ import annotations

from typing import Final

FRAMES: Final = 240
"""Steps from the top of a list to its end."""

BEGUN: Final = """
globalThis.told = { largest: 0, shift: 0, waits: [], task: 0 };
const watch = (type, each, more) => {
  new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
};
watch("largest-contentful-paint", (entry) => (told.largest = entry.startTime));
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) told.shift = Math.max(told.shift, entry.value); });
watch("longtask", (entry) => (told.task = Math.max(told.task, entry.duration)));
watch("event", (entry) => { if (entry.interactionId) told.waits.push(entry.duration); }, { durationThreshold: 16 });
"""

PAINTS: Final = """() => {
  const [first] = performance.getEntriesByName("first-contentful-paint");
  return { first: first.startTime, largest: told.largest, shift: told.shift };
}"""

EXPECTING: Final = """([selector, text]) => {
  told.began = told.seen = 0;
  const begin = (event) => { if (!told.seen) told.began = event.timeStamp; };
  for (const kind of ["click", "input"]) addEventListener(kind, begin, true);
  const changes = new MutationObserver(() => {
    if (![...document.querySelectorAll(selector)].some((part) => part.textContent.includes(text))) return;
    changes.disconnect();
    requestAnimationFrame(() => (told.seen = performance.now()));
  });
  changes.observe(document, { subtree: true, childList: true, characterData: true });
}"""
"""From then on the last click or key begins the time that ends with the first frame in which such a part is there."""

SEEN: Final = """() => new Promise((done) => {
  const look = () => (told.seen ? done(told.seen - told.began) : setTimeout(look, 20));
  look();
})"""

LONGEST_TASK: Final = "() => { const { task } = told; told.task = 0; return task; }"

INTERACTIONS: Final = "() => told.waits.splice(0)"

HEAP: Final = "() => performance.memory.usedJSHeapSize"

ROWS: Final = "() => document.querySelectorAll('main [role=row]').length"

SCROLLED: Final = """(steps) => new Promise((done) => {
  const scrolls = (part) =>
    part.scrollHeight > part.clientHeight + 1000 && /auto|scroll/.test(getComputedStyle(part).overflowY);
  const rows = document.querySelectorAll("main [role=row]");
  let list = rows[rows.length - 1];
  while (list && !scrolls(list)) list = list.parentElement;
  if (!list) throw new Error("no list to scroll through");
  const whole = list.scrollHeight - list.clientHeight;
  const frames = [];
  let step = 0;
  let before = 0;
  const next = (now) => {
    if (before) frames.push(now - before);
    before = now;
    list.scrollTop = (whole * ++step) / steps;
    if (step < steps) requestAnimationFrame(next);
    else done({ late: frames.filter((frame) => frame > 17.5).length / frames.length, longest: Math.max(...frames) });
  };
  requestAnimationFrame(next);
})"""
