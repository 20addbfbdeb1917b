// @ts-check
// The frame: which page, which filters, and what stands where nothing can.

/** @type {Object<string, (filters: Filters, panel: any) => any>} */
const drawn = typeof PANELS === "object" ? PANELS : {};

(() => {
  const declared = JSON.parse(document.getElementById("declared")?.textContent || "{}");
  useCurrency(declared.currency);
  crm.urls = declared.crm_urls;
  beside.files = declared.beside;
  there.pages = new Set(declared.pages.map((/** @type {any} */ one) => one.name));
  const app = document.getElementById("app");
  const [about] = rowsOf("shared.about");
  const NAMES = { segment: "Segment", team_id: "Team", rep_id: "Rep", stage_id: "Stage", closes: "Closes", health: "Health" };

  /** What the address says. */
  function address() {
    const [name, query] = location.hash.slice(1).split("?");
    const page = declared.pages.find((/** @type {any} */ one) => one.name === name) || declared.pages[0];
    return { page, chosen: Object.fromEntries(new URLSearchParams(query || "")) };
  }

  /** @param {any} page @param {string} filter @returns {[string, string][]} */
  function choices(page, filter) {
    if (filter === "health") return [["red", "Red"], ["amber", "Amber"], ["green", "Green"]];
    if (filter === "closes") return [["this", "This quarter"], ["past_due", "Before it"], ["later", "Later, or no date"]];
    if (filter === "segment") return rowsOf("shared.segments").map((row) => [row.segment, segmentName(row.segment)]);
    const used = new Set(rowsOf(page.name === "people" ? "people.reps" : "deals.summary").map((row) => row[filter]));
    /** @type {Object<string, [string, (id: string) => string]>} */
    const named = { team_id: ["teams", teamName], rep_id: ["reps", repName], stage_id: ["stages", stageName] };
    const [key, name] = named[filter];
    return rowsOf("shared." + key).map((row) => row[filter]).filter((id) => used.has(id)).map((id) => [id, name(id)]);
  }

  /** @param {any} page @param {Object<string, string>} chosen */
  function filterForm(page, chosen) {
    const change = (/** @type {string} */ name, /** @type {string} */ value) => {
      const next = new URLSearchParams({ ...address().chosen, [name]: value });
      if (!value) next.delete(name);
      focused = name;
      location.hash = `${page.name}${next.size ? "?" + next : ""}`;
    };
    return el("form", { class: "filters", "aria-label": "Filters", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      page.filters.map((/** @type {string} */ name) => {
        const all = name === "segment" ? "Company" : "All";
        return el("label", null, NAMES[/** @type {keyof typeof NAMES} */ (name)],
          el("select", { id: "filter-" + name, onchange: (/** @type {any} */ event) => change(name, event.target.value) },
            [["", all], ...choices(page, name)].map(([value, text]) => el("option", { value, selected: value === (chosen[name] || "") }, text))));
      }));
  }

  /** @param {any} panel @param {Filters} filters */
  function panelOf(panel, filters) {
    const section = el("section", { class: "panel" + (panel.half ? " half" : ""), id: "panel-" + panel.key.replace(".", "-") },
      el("h2", null, panel.title), panel.about ? el("p", { class: "about" }, panel.about) : null);
    const key = panel.rows || panel.key;
    const data = dataOf(key.split(".")[0])[key] || {};
    if (data.missing) section.append(el("p", { class: "empty" }, data.missing));
    else if (!rowsOf(key).length) section.append(el("p", { class: "empty" }, panel.unknown && !isAnyJudged() ? panel.unknown : panel.empty));
    else {
      section.append(...[drawn[panel.key](filters, panel)].flat(Infinity).filter(Boolean));
      if (data.found) {
        section.append(el("p", { class: "note cut" }, `${fixed(data.rows.length, 0)} of ${fixed(data.found, 0)} rows are here. ${panel.cut}`));
      }
    }
    return section;
  }

  /** Who reads a number must know that it lacks something. */
  function errorsTold() {
    const rows = rowsOf("shared.errors");
    if (!rows.length) return null;
    return el("p", { class: "empty error" }, el("strong", { class: "bad-text" }, "▲ Errors in the data"), ": ",
      rows.map((row, at) => [at ? ", " : "", words(row.check_id).toLowerCase(), " ", number(row, "rows_failing", "count"), " of ", number(row, "rows_checked", "count"), ` ${row.table_name}`]),
      there.pages.has("data") ? [". ", link({ page: "data" }, "Which ones, and what was done")] : "");
  }

  let focused = "";
  let last = "";
  function render() {
    const { page, chosen } = address();
    const filters = /** @type {Filters} */ ({ ...chosen, segment: chosen.segment || "all" });
    const kept = chosen.segment ? "?" + new URLSearchParams({ segment: chosen.segment }) : "";
    const title = declared.company || "Sales metrics";
    document.title = `${page.title} · ${title}`;
    const asOf = about ? ["as of ", number(about, "as_of_date", "day"), about.fiscal_quarter_name ? `, ${about.fiscal_quarter_name}, ${show(about.days_to_quarter_end, "days")} left` : ""] : [];
    app?.replaceChildren(
      el("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => { event.preventDefault(); document.getElementById("main")?.focus(); } }, "Skip to the page"),
      el("header", { class: "top" }, el("div", { class: "bar" },
        el("p", { class: "brand" }, title, el("span", null, asOf)),
        el("nav", { "aria-label": "Pages" }, el("ul", null, declared.pages.map((/** @type {any} */ one) =>
          el("li", null, el("a", { href: `#${one.name}${kept}`, "aria-current": one === page ? "page" : null }, one.title))))))),
      el("main", { id: "main", tabindex: -1 },
        el("div", { class: "head" }, el("div", null, el("h1", null, page.question), el("p", null, `For: ${page.reader}`)),
          page.filters.length ? filterForm(page, chosen) : null),
        page.name === "data" ? null : errorsTold(),
        el("div", { class: "grid" }, page.panels.map((/** @type {any} */ panel) => panelOf(panel, filters)))),
    );
    const current = document.querySelector("nav [aria-current]");
    const list = document.querySelector("nav ul");
    if (list && current instanceof HTMLElement) list.scrollLeft = current.offsetLeft - 40;
    if (focused) document.getElementById("filter-" + focused)?.focus();
    else if (last && last !== page.name) { document.getElementById("main")?.focus({ preventScroll: true }); scrollTo({ top: 0, behavior: "instant" }); }
    focused = "";
    last = page.name;
  }
  addEventListener("hashchange", render);
  render();
  document.documentElement.dataset.ready = "yes";
})();
