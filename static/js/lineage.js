// A graph that one can drag, zoom, search and walk by keyboard. The picture, its links and what is
// lit come from the server; without this module the links load pages and the canvas scrolls.
const LEAST = 0.2;
const MOST = 2;
const STEP = 1.25;
const READABLE = 0.65;
const AHEAD = { ArrowLeft: 0, ArrowRight: 1 };
const BESIDE = { ArrowUp: -1, ArrowDown: 1 };

/** What a swap must not lose: the zoom, and where on the screen the clicked node stands. */
let kept = null;

class Canvas {
  constructor(canvas) {
    this.pan = canvas.querySelector(".pan");
    this.svg = this.pan.querySelector("svg.graph");
    this.mini = canvas.querySelector(".minimap svg");
    this.steps = JSON.parse(canvas.dataset.steps);
    [this.x, this.y, this.width, this.height] = this.svg.getAttribute("viewBox").split(" ").map(Number);
    this.zoom = 1;
    canvas.querySelector(".zoom").hidden = false;
    canvas.addEventListener("click", (event) => this.press(event));
    this.pan.addEventListener("pointerdown", (event) => this.drag(event));
    this.pan.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.pan.addEventListener("scroll", () => this.showView());
    this.pan.addEventListener("keydown", (event) => this.key(event));
    this.mini?.addEventListener("pointerdown", (event) => this.jump(event));
    new ResizeObserver(() => this.showView()).observe(this.pan);
    this.open();
  }

  /** As before a swap; else as a whole if that can be read, with the selected node in the middle. */
  open() {
    const before = kept;
    kept = null;
    if (!before && this.fitting() >= READABLE) this.fit();
    if (before) this.scale(before.zoom);
    const node = before && this.node(before.uid);
    if (!node) return this.center(this.pan.querySelector(".node.selected"));
    const at = place(node);
    this.pan.scrollBy(at.x - before.x, at.y - before.y);
    if (before.focused) node.focus({ preventScroll: true });
    this.showView();
  }

  keep(node) {
    const at = node ? place(node) : { x: 0, y: 0 };
    kept = { zoom: this.zoom, uid: node?.dataset.uid, x: at.x, y: at.y, focused: document.activeElement === node };
  }

  node(uid) {
    return uid ? this.pan.querySelector(`.node[data-uid="${CSS.escape(uid)}"]`) : null;
  }

  scale(zoom, at) {
    const next = Math.min(MOST, Math.max(LEAST, zoom));
    const box = this.pan.getBoundingClientRect();
    const point = at ?? { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const before = this.svg.getBoundingClientRect();
    const share = { x: (point.x - before.x) / before.width, y: (point.y - before.y) / before.height };
    this.zoom = next;
    this.svg.setAttribute("width", this.width * next);
    this.svg.setAttribute("height", this.height * next);
    const after = this.svg.getBoundingClientRect();
    this.pan.scrollBy(after.x + share.x * after.width - point.x, after.y + share.y * after.height - point.y);
    this.showView();
  }

  fitting() {
    return Math.min(1, this.pan.clientWidth / this.width, this.pan.clientHeight / this.height);
  }

  fit() {
    this.scale(this.fitting());
  }

  center(node) {
    if (node) center(this.pan, node);
    this.showView();
  }

  press({ target }) {
    const zoom = target.closest("[data-zoom]")?.dataset.zoom;
    if (zoom === "fit") this.fit();
    else if (zoom) this.scale(this.zoom * (zoom === "in" ? STEP : 1 / STEP));
  }

  /** Dragging moves the picture; a press that does not move stays a click. */
  drag(start) {
    if (start.button !== 0 || start.pointerType === "touch") return;
    const { scrollLeft, scrollTop } = this.pan;
    let moved = false;
    const move = (event) => {
      const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
      moved ||= Math.hypot(x, y) > 4;
      if (moved) this.pan.scrollTo(scrollLeft - x, scrollTop - y);
    };
    const end = () => {
      removeEventListener("pointermove", move);
      if (moved) addEventListener("click", stop, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", stop, { capture: true }));
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end, { once: true });
    addEventListener("pointercancel", end, { once: true });
    start.preventDefault();
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.scale(this.zoom * Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
  }

  jump(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.mini.getScreenCTM().inverse());
    this.pan.scrollTo({
      left: (point.x - this.x) * this.zoom - this.pan.clientWidth / 2,
      top: (point.y - this.y) * this.zoom - this.pan.clientHeight / 2,
      behavior: "smooth",
    });
  }

  /** The frame in the minimap: what of the picture is in sight. */
  showView() {
    if (!this.mini) return;
    let view = this.mini.querySelector(".view");
    if (!view) {
      view = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      view.setAttribute("class", "view");
      view.setAttribute("rx", "24");
      this.mini.append(view);
    }
    const box = this.pan.getBoundingClientRect();
    const picture = this.svg.getBoundingClientRect();
    const [left, top] = [Math.max(box.x, picture.x), Math.max(box.y, picture.y)];
    const [right, bottom] = [Math.min(box.right, picture.right), Math.min(box.bottom, picture.bottom)];
    view.setAttribute("x", this.x + (left - picture.x) / this.zoom);
    view.setAttribute("y", this.y + (top - picture.y) / this.zoom);
    view.setAttribute("width", Math.max(0, (right - left) / this.zoom));
    view.setAttribute("height", Math.max(0, (bottom - top) / this.zoom));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const zooms = { "+": STEP, "=": STEP, "-": 1 / STEP };
    if (event.key in zooms) this.scale(this.zoom * zooms[event.key]);
    else if (event.key === "0") this.fit();
    else if (event.target.closest(".wire")) {
      if (!this.follow(event.key, event.target.closest(".wire"))) return;
    } else if (event.key === "e") this.wires(event.target.closest(".node[data-uid]"))[0]?.focus();
    else if (!this.walk(event.key, event.target.closest(".node[data-uid]"))) return;
    event.preventDefault();
  }

  /** Left and right go along the edges, up and down to the neighbour in the same column. */
  walk(key, node) {
    const next = node && (key in AHEAD ? this.along(node, AHEAD[key]) : key in BESIDE ? this.beside(node, BESIDE[key]) : null);
    if (!next) return node && (key in AHEAD || key in BESIDE);
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  /** The lines at a node, or all of them, from the top down; each leads to what is known of it. */
  wires(node) {
    const uid = node?.dataset.uid;
    const all = [...this.pan.querySelectorAll(".wire")];
    const mine = uid ? all.filter((wire) => ends(wire).includes(uid)) : all;
    return mine.sort((a, b) => a.getBoundingClientRect().y - b.getBoundingClientRect().y);
  }

  /** From a line: left and right to its ends, up and down to the other lines of the same node. */
  follow(key, wire) {
    const [source, target] = ends(wire).map((uid) => this.node(uid));
    let next = null;
    if (key in AHEAD) next = [source, target][AHEAD[key]];
    else if (key in BESIDE) {
      const mine = this.wires(source ?? target);
      next = mine[mine.indexOf(wire) + BESIDE[key]] ?? wire;
    }
    if (!next) return false;
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    return true;
  }

  along(node, side) {
    const from = node.getBoundingClientRect().y;
    const nodes = (this.steps[node.dataset.uid]?.[side] ?? []).map((uid) => this.node(uid)).filter(Boolean);
    return nearest(nodes, (other) => Math.abs(other.getBoundingClientRect().y - from));
  }

  beside(node, sign) {
    const here = node.getBoundingClientRect();
    const column = [...this.pan.querySelectorAll(".node[data-uid]")].filter((other) => {
      const at = other.getBoundingClientRect();
      return at.x < here.right && at.right > here.x && sign * (at.y - here.y) > 1;
    });
    return nearest(column, (other) => Math.abs(other.getBoundingClientRect().y - here.y));
  }

  /** The next node whose words hold `text`, after `after`; where they begin with it, first. */
  find(text, after) {
    const place = (node) => node.getAttribute("aria-label").toLowerCase().indexOf(text.toLowerCase());
    const nodes = [...this.pan.querySelectorAll(".node[data-uid]")];
    const matches = nodes.filter((node) => place(node) >= 0).sort((a, b) => place(a) - place(b));
    const next = matches[(matches.indexOf(after) + 1) % matches.length];
    if (next) this.center(next);
    return next;
  }
}

function center(pan, node) {
  const at = node.getBoundingClientRect();
  const box = pan.getBoundingClientRect();
  pan.scrollBy(at.x + at.width / 2 - box.x - box.width / 2, at.y + at.height / 2 - box.y - box.height / 2);
}

/** Of the card itself: a selected node also has a halo. */
function place(node) {
  return node.querySelector(".box").getBoundingClientRect();
}

/** The uids that a line connects; its address may say them. */
function ends(wire) {
  return (wire.dataset.ends ?? new URLSearchParams(wire.getAttribute("href")).get("edge")).split("~");
}

function nearest(nodes, distance) {
  return nodes.reduce((best, node) => (!best || distance(node) < distance(best) ? node : best), null);
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

const canvases = new WeakMap();

function canvasOf(element) {
  const canvas = element.closest("[data-graph]")?.querySelector(".canvas[data-steps]");
  if (canvas && !canvases.has(canvas)) canvases.set(canvas, new Canvas(canvas));
  return canvas ? canvases.get(canvas) : null;
}

function start() {
  for (const pan of document.querySelectorAll(".canvas.preview:not([data-centered]) > .pan")) {
    pan.parentElement.dataset.centered = "";
    const node = pan.querySelector(".node.selected");
    if (node) center(pan, node);
  }
  for (const graph of document.querySelectorAll("[data-graph]")) {
    canvasOf(graph);
    const find = graph.querySelector("[data-graph-find]");
    if (find) find.hidden = false;
  }
}

// Links of the picture that stay in it are swapped in place. SVG links are no HTML anchors, so htmx
// would load the page beside its own request: it is told to keep out, and asked by hand.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("[data-graph] svg a");
    if (!link || event.defaultPrevented) return;
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const href = link.getAttribute("href");
    const graph = link.closest("[data-graph]");
    if (!href.startsWith("?")) return;
    event.preventDefault();
    const canvas = canvasOf(link);
    const wire = link.matches(".wire");
    canvas?.keep(link.matches(".node") ? link : wire ? canvas.node(ends(link)[0]) : previousNode(link));
    const swapped = window.htmx.ajax("GET", href, { source: graph, target: graph, swap: "outerHTML" });
    // A key has no pointer to look beside: it goes on in what is told of the line.
    if (wire && !event.detail) swapped.then(() => document.querySelector("[data-edge-panel] h2")?.focus());
  },
  { capture: true },
);

/** Expanders stand after all nodes; the nearest node is the one they belong to. */
function previousNode(link) {
  const at = link.getBoundingClientRect();
  const nodes = [...link.ownerSVGElement.querySelectorAll(".node[data-uid]")];
  return nearest(nodes, (node) => {
    const box = node.getBoundingClientRect();
    const dx = Math.max(box.x - at.x, 0, at.x - box.right);
    const dy = Math.max(box.y - at.y, 0, at.y - box.bottom);
    return Math.hypot(dx, dy);
  });
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-graph-find]")) return;
  target.found = target.value ? canvasOf(target)?.find(target.value, null) : null;
});

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (target.matches("[data-graph-find]")) {
    if (key === "Enter") {
      target.found = canvasOf(target)?.find(target.value, target.found);
      event.preventDefault();
    } else if (key === "Escape") target.found?.focus();
    return;
  }
  const find = document.querySelector("[data-graph-find]");
  const typing = target.closest("input, textarea, select, [contenteditable], dialog");
  if (key === "f" && find && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    find.focus();
    event.preventDefault();
  }
});

document.addEventListener("htmx:afterSettle", start);
start();
