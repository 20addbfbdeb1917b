// @ts-check
// What the panels are put together from: rows, numbers, tables, charts.

/** @typedef {{[name: string]: any, _at: string}} Row A row of a panel and where it stands. */
/** @typedef {{segment: string, [name: string]: string}} Filters */
/** @typedef {{title: string, key?: string, unit?: string | ((row: Row) => string),
 *   sub?: string, text?: (row: Row) => any, order?: (row: Row) => any, header?: boolean, words?: boolean}} Column
 * `sub` stands below the title and belongs to it; `words` are those of a sentence. */

/** @param {string} tag @param {Object<string, any> | null} [attributes] @param {...any} children */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

/** @type {Map<string, any>} */
const parsed = new Map();

/** All that is known of a page, read when it is first wanted. @param {string} page */
function dataOf(page) {
  if (!parsed.has(page)) {
    const node = document.getElementById("data-" + page);
    parsed.set(page, node ? JSON.parse(node.textContent || "{}") : {});
  }
  return parsed.get(page);
}

/** @type {Map<string, Row[]>} */
const rowsRead = new Map();

/** The rows of a panel, each with the place it has in the file. @param {string} key @returns {Row[]} */
function rowsOf(key) {
  let rows = rowsRead.get(key);
  if (!rows) {
    const table = dataOf(key.split(".")[0])[key] || { columns: [], words: {}, rows: [] };
    rows = table.rows.map((/** @type {any[]} */ values, /** @type {number} */ at) => {
      /** @type {any} */
      const row = { _at: `${key}/${at}` };
      table.columns.forEach((/** @type {string} */ name, /** @type {number} */ i) => {
        const texts = table.words[name];
        row[name] = texts && values[i] !== null ? texts[values[i]] : values[i];
      });
      return row;
    });
    rowsRead.set(key, /** @type {Row[]} */ (rows));
  }
  return /** @type {Row[]} */ (rows);
}

/** @param {string} key @param {string} id @param {string} name */
function nameOf(key, id, name) {
  const row = rowsOf("shared." + key).find((one) => one[id] === name);
  return row ? row[id.replace("_id", "") + "_name"] : null;
}
// What belongs to nobody says of what kind nobody is: it may stand beside others of its name.
const segmentName = (/** @type {string} */ id) => (id === "all" ? "Company" : id === "unassigned" ? "No segment" : nameOf("segments", "segment", id) || words(id));
const teamName = (/** @type {string} */ id) => (id === "unassigned" ? "No team" : words(nameOf("teams", "team_id", id) || id));
const repName = (/** @type {string} */ id) => (id === "unassigned" ? "No rep" : nameOf("reps", "rep_id", id) || words(id));
const stageName = (/** @type {string} */ id) => nameOf("stages", "stage_id", id) || words(id);
const stageOrder = (/** @type {string} */ id) => {
  const found = rowsOf("shared.stages").findIndex((row) => row.stage_id === id);
  return found < 0 ? 99 : found;
};

/** The teams whose reps are of a segment: what a team has belongs to none by itself. @param {string} segment @returns {Set<string>} */
const teamsOf = (segment) => new Set(rowsOf("shared.reps").filter((row) => row.is_active && row.segment === segment).map((row) => row.team_id));

/** Whether a row of any scope belongs to a segment; rows of teams and reps say `all` for it. @param {Row} row @param {string} segment */
function ofSegment(row, segment) {
  if (segment === "all" || row.segment === segment) return true;
  if (row.scope === "team") return teamsOf(segment).has(row.team_id);
  return row.scope === "rep" && rowsOf("shared.reps").some((one) => one.rep_id === row.rep_id && one.segment === segment);
}

/** @param {string} id */
const metric = (id) => rowsOf("shared.metrics").find((row) => row.metric_id === id);

const WINDOWS = { t28: "28 days", t90: "90 days", t365: "365 days" };

/** @param {string} id of a window */
function windowWords(id) {
  const days = WINDOWS[/** @type {keyof typeof WINDOWS} */ (id)];
  return days ? `over ${days}` : id === "point" ? "at the period's end" : "over the period";
}

/** The days a value speaks of, as part of its name: no two values of a metric have the same one.
 * @param {string} id of the metric @param {string} type @param {string | null} start of the period */
function span(id, type, start) {
  if (!start) return "";
  const period = rowsOf("shared.periods").find((row) => row.period_type === type && row.period_start === start);
  const last = period ? period.last_day : start;
  const window = metric(id)?.window_id;
  const days = WINDOWS[/** @type {keyof typeof WINDOWS} */ (window)];
  if (days) return `${days} to ${day(last)}`;
  if (window === "point" || type === "day") return `on ${day(last)}`;
  return period ? `${type} to ${day(last)}` : `${type} from ${day(start)}`;
}
/** @param {Row} row */
const spanOf = (row) => span(row.metric_id, row.period_type, row.period_start || row.value_period_start);
/** @param {Row} row */
const spanBelow = (row) => el("span", { class: "sub" }, spanOf(row));
/** The last day of the last whole week. */
const lastWeek = () => rowsOf("shared.periods").filter((row) => row.period_type === "week" && row.is_complete).map((row) => row.last_day).sort().pop();
/** A metric's name, without the window that its span names. @param {string | null | undefined} label @param {string} id */
const metricName = (label, id) => (label || words(id)).replace(/, trailing \d+ days$/, "");

/** A number and where it comes from: the tests hold it against the tables.
 * @param {Row} row @param {string} key @param {string} unit */
function number(row, key, unit) {
  const value = row[key];
  if (value === null || value === undefined) return el("span", { class: "note" }, "–");
  return el("data", { value, "data-at": `${row._at}/${key}`, "data-unit": unit }, show(value, unit));
}

/** @param {string} text @param {string} [tone] */
const chip = (text, tone) => el("span", { class: "chip " + (tone || "") }, text);

const STATUS = {
  strong: ["▲ strong", "good"], target: ["● on target", "good"], watch: ["◆ watch", "warn"],
  below: ["▼ off target", "bad"], insufficient_data: ["too few cases", ""], not_judged: ["not judged", ""],
  not_instrumented: ["not recorded", ""],
};
/** @param {string | null} status */
function statusChip(status) {
  const [text, tone] = STATUS[/** @type {keyof typeof STATUS} */ (status || "")] || [words(status), ""];
  return chip(text, tone);
}

/** The pages of the file; one that is left out cannot be led to. */
const there = { pages: /** @type {Set<string>} */ (new Set()) };

/** To a page with its filters, or the text alone where that page is left out.
 * @param {Object<string, string>} to @param {...any} children */
function link(to, ...children) {
  const { page, ...rest } = to;
  if (!there.pages.has(page)) return el("span", null, ...children);
  const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value)).toString();
  return el("a", { href: `#${page}${query ? "?" + query : ""}` }, ...children);
}

/** To the open deals behind a row of any scope.
 * @param {Row} row @param {Object<string, string>} more filters @param {...any} children */
function dealsOf(row, more, ...children) {
  const known = (/** @type {string} */ id) => (row[id] && row[id] !== "all" ? row[id] : "");
  const stage = row.stage_id || (row.slice_type === "stage" ? row.slice_id : "");
  return link({ page: "deals", segment: known("segment"), team_id: known("team_id"), rep_id: known("rep_id"), stage_id: stage, ...more }, ...children);
}

/** A table; a click or the keyboard sorts it by a column that can be ordered.
 * @param {string} label @param {Row[]} rows @param {Column[]} columns
 * @param {{stack?: boolean, sortable?: boolean, page?: number, sum?: (row: Row) => boolean, short?: string}} [how] */
function table(label, rows, columns, how = {}) {
  const body = el("tbody");
  let shown = how.page || Infinity;
  let ordered = rows;
  const more = el("p", { class: "more" });
  const isNumber = (/** @type {Column} */ column) => column.unit !== undefined && column.unit !== "day";
  const cell = (/** @type {Row} */ row, /** @type {Column} */ column) => {
    const unit = typeof column.unit === "function" ? column.unit(row) : column.unit;
    const content = column.text ? column.text(row)
      : unit && unit !== "day" ? number(row, column.key || "", unit)
      : unit === "day" ? (row[column.key || ""] ? number(row, column.key || "", "day") : "–")
      : row[column.key || ""] ?? "–";
    const attributes = { class: isNumber(column) ? "n" : unit === "day" ? "d" : column.words ? "words" : null, "data-title": [column.title, column.sub].filter(Boolean).join(", ") };
    if (column.header) return el("th", { ...attributes, scope: "row" }, el("span", null, content));
    return el("td", attributes, el("span", null, content));
  };
  const below = (/** @type {Column} */ column) => column.sub ? el("span", { class: "sub" }, column.sub) : "";
  const fill = () => {
    body.replaceChildren(...ordered.slice(0, shown).map((row) =>
      el("tr", { class: how.sum && how.sum(row) ? "sum" : null }, columns.map((column) => cell(row, column)))));
    more.replaceChildren();
    if (ordered.length > shown) {
      more.append(el("button", { type: "button", onclick: () => { shown += how.page || 0; fill(); } },
        `Show ${Math.min(how.page || 0, ordered.length - shown)} more of ${fixed(ordered.length - shown, 0)}`));
    }
  };
  const head = el("tr", null, columns.map((column, at) => {
    const order = column.order || (column.key ? (/** @type {Row} */ row) => row[column.key || ""] : null);
    const th = el("th", { scope: "col", class: isNumber(column) ? "n" : null });
    if (!how.sortable || !order) { th.append(column.title || " ", below(column)); return th; }
    th.append(el("button", { type: "button", onclick: () => {
      const up = th.getAttribute("aria-sort") === (isNumber(column) ? "descending" : "none") || (!isNumber(column) && th.getAttribute("aria-sort") !== "ascending");
      for (const other of head.children) other.setAttribute("aria-sort", "none");
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      ordered = [...rows].sort((a, b) => compare(order(a), order(b), up));
      fill();
    } }, column.title), below(column));
    th.setAttribute("aria-sort", "none");
    return th;
  }));
  fill();
  const inner = el("table", { class: how.stack ? "stack" : null, "aria-label": label }, el("thead", null, head), body);
  return [el("div", how.stack ? { class: "scroll" } : { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, inner), more];
}

/** What is not known comes last, whichever way. @param {any} a @param {any} b @param {boolean} up */
function compare(a, b, up) {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return (a < b ? -1 : 1) * (up ? 1 : -1);
}

/** A picture, drawn anew when its width changes, and the same numbers as a table.
 * @param {string} label what it shows, for those who cannot see it
 * @param {(width: number) => any} draw @param {any} [numbers] */
function chart(label, draw, numbers) {
  const place = el("div");
  let width = 0;
  new ResizeObserver(() => {
    const now = Math.floor(place.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    const svg = draw(width);
    // The picture is one thing with one name; its parts have none.
    for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    place.replaceChildren(svg);
  }).observe(place);
  const figure = el("figure", null, place);
  if (numbers) figure.append(el("details", null, el("summary", null, "The numbers"), numbers));
  return figure;
}

/** @param {[string, string][]} entries colour and meaning */
function legend(entries) {
  return el("ul", { class: "legend" }, entries.map(([colour, text]) =>
    el("li", null, el("i", { style: `background:${colour}` }), text)));
}

/** Room for the names beside a picture, as wide as the longest, and a longer one cut to it.
 * @param {string[]} names @param {number} width */
function gutter(names, width) {
  const most = Math.floor((width * 0.38 - 14) / 7);
  const longest = Math.max(0, ...names.map((name) => name.length));
  return { marginLeft: Math.max(52, Math.min(longest, most) * 7 + 14), cut: (/** @type {string} */ name) => name.length > most ? name.slice(0, most - 1) + "…" : name };
}

const STYLE = { background: "none", fontSize: "12px", color: "var(--ink)", fontFamily: "inherit" };
const asDay = (/** @type {string} */ iso) => new Date(iso + "T00:00:00Z");
