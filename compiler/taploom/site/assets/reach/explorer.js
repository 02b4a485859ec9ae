// The form of the page: reads a question from the form or the URL, loads the data of hosts, and shows the answer below.
"use strict";
(() => {
  const FIELDS = ["from", "to", "service"], OFFERED = 40;
  const FAMILIES = { ipv4: "IPv4", ipv6: "IPv6" };
  const WHY = {
    default: "no entry allows it", "implied/foreign": "taploom filters neither of the two interfaces",
    "implied/isolated": "the network is isolated", "implied/bridge": "traffic within a bridge is not filtered",
    "implied/output": "packets of the host itself are not filtered", "implied/reverse-path": "its source is not accepted there",
    "implied/bogon": "its source is not accepted there", "implied/site-source": "its source is not accepted there",
    "implied/no-route": "no route of the host leads there",
  };
  const form = document.querySelector("form.tl-ask"), out = document.querySelector(".tl-answer");
  const field = (name) => form.elements[name];
  let names, offers;
  const lists = new Map(), loading = new Map();

  taploomReach.names = (data) => { names = data; };
  taploomReach.lists = (host, data) => { lists.set(host, data); };

  function script(path) {
    return new Promise((done, failed) => {
      const one = document.createElement("script");
      Object.assign(one, { src: path, onload: done, onerror: () => failed(new Error(`${path} could not be loaded`)) });
      document.head.append(one);
    });
  }

  // The lists of a host, loaded once.
  async function load(host) {
    if (!loading.has(host)) loading.set(host, script(`hosts/${host}.js`));
    await loading.get(host);
    return lists.get(host);
  }

  // The URL of a page, given its source path; a link of the theme shows whether pages are folders.
  function address(path) {
    const [page, anchor] = path.split("#");
    const folders = document.querySelector("a.tl-shape").getAttribute("href").endsWith("/");
    const found = folders ? page.replace(/(index)?\.md$/, (end) => (end === "index.md" ? "" : "/")) : page.replace(/\.md$/, ".html");
    return `../${found}${anchor ? `#${anchor}` : ""}`;
  }

  function make(tag, attributes, ...children) {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value);
    one.append(...children);
    return one;
  }

  const code = (text) => make("code", {}, text);
  const link = (path, child) => (path ? make("a", { href: address(path) }, child) : child);

  function decision({ decided_by: by, place }) {
    const [page, line, file, number] = place;
    const found = make("p", {}, "Decided by ", link(page, code(by)));
    if (WHY[by]) found.append(` (${WHY[by]})`);
    if (file) found.append(", ", make("a", { href: address(line), class: "tl-place" }, `${file}:${number}`));
    return found;
  }

  function hop({ host, ingress, way, source, destination, port }) {
    const into = ingress === "self" ? ": sent by the host itself" : ["in by ", code(ingress)];
    const found = make("li", {}, link(`hosts/${host}.md`, host), ...(Array.isArray(into) ? [", ", ...into] : [into]));
    if (destination) found.append("; the destination becomes ", code(destination + (port ? ` port ${port}` : "")));
    if (source) found.append("; the source becomes ", code(source));
    if (way) found.append("; out by ", code(way));
    return found;
  }

  function card(answer) {
    const passes = answer.verdict === "allow";
    const traffic = answer.proto + (answer.port === null ? "" : `/${answer.port}`);
    const verdict = make("strong", {}, passes ? "✓ passes" : "✕ is dropped");
    return make("section", { class: `tl-reply tl-${answer.verdict}` },
      make("h3", {}, `${FAMILIES[answer.family]} ${traffic} `, verdict, answer.limited ? " up to its limit" : ""),
      make("p", {}, code(answer.src), " → ", code(answer.dst)),
      decision(answer), ...answer.notes.map((note) => make("p", { class: "tl-note" }, `${note}.`)), make("ol", { class: "tl-path" }, ...answer.hosts.map(hop)));
  }

  function summary(answers) {
    return Object.entries(FAMILIES).map(([family, word]) => {
      const mine = answers.filter((one) => one.family === family);
      const passing = mine.filter((one) => one.verdict === "allow").length;
      if (!mine.length) return `${word}: no path from sender to receiver`;
      return `${word}: ${passing === mine.length ? "passes" : passing ? "some of it passes" : "is dropped"}`;
    }).join("; ");
  }

  const quoted = (text) => (/^[\w./:-]+$/.test(text) ? text : `'${text}'`);

  async function answer() {
    const [from, to, service] = FIELDS.map((name) => field(name).value.trim());
    out.replaceChildren();
    if (!from || !to) return;
    try {
      const inquiry = new taploomReach.Inquiry(names, load, Date.now() / 1000);
      const found = await inquiry.ask(from, to, service);
      const order = (one) => [one.family, one.verdict, one.decided_by, one.proto, String(one.port), one.dst, one.src].join("\n");
      found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
      const command = `taploom reach ${[from, to, ...(service ? [service] : [])].map(quoted).join(" ")}`;
      out.append(make("h2", {}, "Answer"), make("p", { class: "tl-summary", role: "status" }, summary(found)),
        ...found.map(card), make("p", { class: "tl-command" }, "The same question with the chains of each ruleset: ", code(command)));
    } catch (error) {
      if (!(error instanceof taploomReach.Unknown)) throw error;
      out.append(make("p", { class: "tl-refused", role: "alert" }, `${error.message}.`));
    }
  }

  // Suggests values that contain the typed text; the earlier a value contains it, the earlier the value is listed.
  function offer(name) {
    const typed = field(name).value.trim().toLowerCase();
    const known = name === "service" ? offers.services : offers.ends;
    const near = known.filter((text) => text.includes(typed));
    near.sort((a, b) => a.indexOf(typed) - b.indexOf(typed) || (a < b ? -1 : 1));
    field(name).list.replaceChildren(...near.slice(0, OFFERED).map((value) => make("option", { value })));
  }

  function offered() {
    const uplinks = Object.entries(names.hosts).flatMap(([host, { zones }]) => Object.keys(zones).map((one) => `${host}/${one}`));
    const named = ["zones", "networks", "hosts", "guests", "addresses"].flatMap((kind) => Object.keys(names[kind]));
    const tags = Object.keys(names.tags).map((tag) => `tag/${tag}`);
    return { ends: [...new Set(["any", "hosts", ...named, ...uplinks, ...tags])], services: Object.keys(names.services) };
  }

  function filled() {
    const asked = new URLSearchParams(location.search);
    for (const name of FIELDS) field(name).value = asked.get(name) ?? "";
    return answer();
  }

  async function start() {
    await script("names.js");
    offers = offered();
    for (const name of FIELDS) {
      field(name).addEventListener("input", () => offer(name));
      offer(name);
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const asked = new URLSearchParams(FIELDS.map((name) => [name, field(name).value.trim()]).filter(([, text]) => text));
      history.pushState(null, "", `?${asked}`);
      answer();
    });
    form.querySelector(".tl-swap").addEventListener("click", () => {
      [field("from").value, field("to").value] = [field("to").value, field("from").value];
      form.requestSubmit();
    });
    addEventListener("popstate", filled);
    form.hidden = false;
    await filled();
    form.dataset.ready = "";
  }

  taploomReach.ask = (...question) => new taploomReach.Inquiry(names, load, Date.now() / 1000).ask(...question);
  start();
})();
