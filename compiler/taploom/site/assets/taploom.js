// Pictures show neighbours on hover and focus, and pan and zoom by mouse and keyboard. A button copies the text of a file.
"use strict";
(() => {
  const STEP = 1.25, NEAREST = 12, MOVE = 0.12;

  const nameOf = (svg, group) => group.id.slice(svg.dataset.prefix.length);
  const endsOf = (edge) => [...edge.classList].filter((c) => c.startsWith("at-")).map((c) => c.slice(3));

  // The neighbours of a card. Cards of entries and bars of hosts only connect other cards, so the cards behind them count.
  function neighbours(svg, start) {
    const nodes = new Map([...svg.querySelectorAll(".node")].map((n) => [nameOf(svg, n), n]));
    const edges = [...svg.querySelectorAll(".edge")].map((e) => [e, endsOf(e)]);
    const found = new Set([nodes.get(start)]), open = [[start, 0], [start, 1]], seen = new Set();
    while (open.length) {
      const [at, side] = open.pop();
      for (const [edge, ends] of edges) {
        if (ends[side] !== at || seen.has(edge)) continue;
        const other = ends[1 - side], node = nodes.get(other);
        seen.add(edge);
        found.add(edge);
        if (node) found.add(node);
        if (node && (node.classList.contains("flow") || node.classList.contains("spine"))) open.push([other, side]);
      }
    }
    return found;
  }

  function highlight(svg) {
    const clear = () => {
      svg.classList.remove("tl-focus");
      for (const one of svg.querySelectorAll(".tl-on")) one.classList.remove("tl-on");
    };
    const show = (event) => {
      const node = event.target.closest(".node");
      clear();
      if (!node || node.classList.contains("legend")) return;
      for (const one of neighbours(svg, nameOf(svg, node))) if (one) one.classList.add("tl-on");
      svg.classList.add("tl-focus");
    };
    svg.addEventListener("mouseover", show);
    svg.addEventListener("focusin", show);
    svg.addEventListener("mouseleave", clear);
    svg.addEventListener("focusout", clear);
  }

  function view(svg) {
    const whole = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    let box = [...whole];
    const put = () => {
      svg.setAttribute("viewBox", box.map((n) => n.toFixed(2)).join(" "));
      svg.classList.toggle("tl-near", box[2] < whole[2] - 1);
    };
    const clamp = (at, size, low, room) => Math.min(Math.max(at, low), low + room - size);
    const place = (x, y) => {
      box[0] = clamp(x, box[2], whole[0], whole[2]);
      box[1] = clamp(y, box[3], whole[1], whole[3]);
      put();
    };
    const zoom = (factor, cx = 0.5, cy = 0.5) => {
      const wide = Math.min(Math.max(box[2] / factor, whole[2] / NEAREST), whole[2]);
      const scale = wide / box[2], [x, y, w, h] = box;
      box = [x, y, w * scale, h * scale];
      place(x + w * cx * (1 - scale), y + h * cy * (1 - scale));
    };
    const move = (dx, dy) => place(box[0] + box[2] * dx, box[1] + box[3] * dy);
    const reset = () => { box = [...whole]; put(); };
    return { zoom, move, reset, near: () => box[2] < whole[2] - 1 };
  }

  function mouse(svg, seen) {
    let from = null, moved = false;
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const area = svg.getBoundingClientRect();
      const [cx, cy] = [(event.clientX - area.x) / area.width, (event.clientY - area.y) / area.height];
      seen.zoom(event.deltaY < 0 ? STEP : 1 / STEP, cx, cy);
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      moved = false;
      if (event.button === 0 && event.isPrimary && seen.near()) from = [event.clientX, event.clientY];
    });
    addEventListener("pointermove", (event) => {
      if (!from || !event.isPrimary) return;
      const area = svg.getBoundingClientRect();
      const [dx, dy] = [event.clientX - from[0], event.clientY - from[1]];
      if (!moved && Math.hypot(dx, dy) < 4) return;
      moved = true;
      svg.classList.add("tl-held");
      from = [event.clientX, event.clientY];
      seen.move(-dx / area.width, -dy / area.height);
    });
    const drop = () => { from = null; svg.classList.remove("tl-held"); };
    addEventListener("pointerup", drop);
    addEventListener("pointercancel", drop);
    svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());
  }

  // Two fingers zoom the picture. One finger moves a zoomed picture, and scrolls the page otherwise.
  function touch(svg, seen) {
    let apart = 0;
    const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    svg.addEventListener("touchstart", (event) => {
      if (event.touches.length !== 2) return;
      event.preventDefault();
      apart = spread(event.touches);
    }, { passive: false });
    svg.addEventListener("touchmove", (event) => {
      if (event.touches.length !== 2 || !apart) return;
      event.preventDefault();
      const [one, other] = event.touches, area = svg.getBoundingClientRect(), now = spread(event.touches);
      const cx = ((one.clientX + other.clientX) / 2 - area.x) / area.width;
      const cy = ((one.clientY + other.clientY) / 2 - area.y) / area.height;
      seen.zoom(now / apart, cx, cy);
      apart = now;
    }, { passive: false });
    svg.addEventListener("touchend", () => { apart = 0; });
  }

  function keys(figure, seen) {
    const does = {
      "+": () => seen.zoom(STEP), "=": () => seen.zoom(STEP), "-": () => seen.zoom(1 / STEP), "0": seen.reset,
    };
    const moves = { ArrowLeft: [-MOVE, 0], ArrowRight: [MOVE, 0], ArrowUp: [0, -MOVE], ArrowDown: [0, MOVE] };
    figure.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const move = seen.near() && moves[event.key];
      const act = does[event.key] || (move && (() => seen.move(...move)));
      if (!act) return;
      event.preventDefault();
      act();
    });
  }

  function tools(figure, seen) {
    const bar = document.createElement("div");
    bar.className = "tl-tools";
    const full = () => (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen());
    const buttons = [
      ["M8 3v10M3 8h10", "Zoom in", "+", () => seen.zoom(STEP)], ["M3 8h10", "Zoom out", "-", () => seen.zoom(1 / STEP)],
      ["M3 6V3h3M13 6V3h-3M3 10v3h3M13 10v3h-3", "Show all", "0", seen.reset],
      ["M9 3h4v4M13 3 9 7M7 13H3V9M3 13l4-4", "Full screen", "", full],
    ];
    for (const [drawn, label, key, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${drawn}"/></svg>`;
      button.title = key ? `${label} (${key})` : label;
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      bar.append(button);
    }
    figure.prepend(bar);
  }

  function picture(figure) {
    const svg = figure.querySelector(".tl-svg");
    svg.dataset.prefix = `${figure.id}--`;
    const seen = view(svg);
    highlight(svg);
    mouse(svg, seen);
    touch(svg, seen);
    keys(figure, seen);
    tools(figure, seen);
    addEventListener("beforeprint", seen.reset);
  }

  function copyable(block) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tl-copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent + "\n");
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    block.append(button);
  }

  // The search of MkDocs and Material reads a word before a colon as the name of a field, so it finds no MAC or IPv6 address.
  // If the index is split at colons (`separator`), a query without colons finds the address by its parts.
  function parted(input) {
    const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    Object.defineProperty(input, "value", {
      get() { return value.get.call(this).replace(/:+/g, " "); },
      set(text) { value.set.call(this, text); },
    });
  }

  // Prints pages in the light scheme.
  function printable(body) {
    const name = "data-md-color-scheme";
    let scheme = null;
    addEventListener("beforeprint", () => {
      scheme = body.getAttribute(name);
      if (scheme) body.setAttribute(name, "default");
    });
    addEventListener("afterprint", () => { if (scheme) body.setAttribute(name, scheme); });
  }

  document.querySelectorAll(".md-search__input").forEach(parted);

  addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("#mkdocs-search-query").forEach(parted);
    document.querySelectorAll("figure.tl-figure").forEach(picture);
    document.querySelectorAll("[data-tl-copy]").forEach(copyable);
    document.querySelectorAll(".tl-source pre, table.table").forEach((wide) => { wide.tabIndex = 0; }); // keys scroll it
    printable(document.body);
    document.querySelector(".md-search[role=dialog]")?.setAttribute("aria-label", "Search");
  });
})();
