// @ts-check
// The panels of People, Activity, Metrics and Data.

/** @param {Row} row @param {Filters} filters */
const fits = (row, filters) => (filters.segment === "all" || row.segment === filters.segment)
  && ["team_id", "rep_id"].every((name) => !filters[name] || row[name] === filters[name]);
/** The value a column has in rows that were turned. @param {Row[]} rows @param {(row: Row) => boolean} which */
const pick = (rows, which) => rows.find(which);
/** @param {Row} row */
const place = (row) => row.scope === "team" ? teamName(row.team_id) : segmentName(row.segment);
const RAMP = { ramped: "", ramping: "ramping", none: "" };

Object.assign(PANELS, {
  "people.teams"(/** @type {Filters} */ filters, /** @type {any} */ panel) {
    const rows = rowsOf("people.teams");
    if (rows.every((row) => row.metric_value === null)) return none(panel.empty);
    const kept = rows.filter((row) => filters.team_id ? row.team_id === filters.team_id : ofSegment(row, filters.segment));
    if (!kept.length) return none("This team has no scorecard.");
    const kinds = [...new Map(rows.map((row) => [row.metric_id, row])).values()].sort((a, b) => a.place - b.place);
    const places = [...new Map(kept.map((row) => [row.scope + row.segment + row.team_id, row])).values()];
    const of = (/** @type {Row} */ at, /** @type {string} */ id) => pick(kept, (row) => row.metric_id === id && row.scope === at.scope && row.segment === at.segment && row.team_id === at.team_id);
    const attainment = kinds.find((kind) => kind.metric_id === "quota_attainment");
    const quota = attainment ? spanOf(attainment) : "";
    return table("Scorecard of the teams", places, [
      { title: "Where", header: true, text: (at) => at.scope === "team" ? link({ page: "people", team_id: at.team_id }, place(at)) : place(at) },
      ...kinds.map((kind) => ({ title: metricName(kind.label, kind.metric_id), sub: spanOf(kind), unit: kind.unit, order: (/** @type {Row} */ at) => of(at, kind.metric_id)?.metric_value ?? null, text: (/** @type {Row} */ at) => {
        const row = of(at, kind.metric_id);
        return row ? [number(row, "metric_value", row.unit), row.status === "not_judged" ? "" : el("span", { class: "sub" }, statusChip(row.status))] : "–";
      } })),
      { title: "Reps at quota", sub: quota, unit: "count", order: (at) => of(at, "quota_attainment")?.reps_at_100 ?? null, text: (at) => {
        const row = of(at, "quota_attainment");
        return row && row.reps_with_quota !== null ? [number(row, "reps_at_100", "count"), " of ", number(row, "reps_with_quota", "count")] : "–";
      } },
      { title: "Median of the reps", sub: quota, unit: "share", order: (at) => of(at, "quota_attainment")?.attainment_p50 ?? null, text: (at) => { const row = of(at, "quota_attainment"); return row ? number(row, "attainment_p50", "share") : "–"; } },
      { title: "Won by the top two", sub: quota, unit: "share", order: (at) => of(at, "quota_attainment")?.top_two_share ?? null, text: (at) => { const row = of(at, "quota_attainment"); return row ? number(row, "top_two_share", "share") : "–"; } },
      { title: "Deals", text: (at) => el("span", { class: "keep" }, dealsOf(at, {}, "open deals")) },
    ], { sortable: true, sum: (at) => at.scope === "company" });
  },

  "people.distribution"(/** @type {Filters} */ filters, /** @type {any} */ panel) {
    const rows = rowsOf("people.distribution").filter((row) => filters.team_id ? row.team_id === filters.team_id : row.scope !== "team" && row.segment === filters.segment);
    if (!rows.length) return nothing(filters, panel, "No rep of this team has a quota.");
    const bands = [["reps_below_50", "below 50 %", "var(--d1)"], ["reps_50_to_79", "50 to 79 %", "var(--d2)"], ["reps_80_to_99", "80 to 99 %", "var(--d3)"], ["reps_100_to_120", "100 to 120 %", "var(--d4)"], ["reps_above_120", "above 120 %", "var(--d5)"]];
    const name = (/** @type {Row} */ row) => day(row.period_start).split(NO_BREAK).slice(1).join(" ").replace(" 20", " ’");
    const cells = rows.flatMap((row) => bands.map(([key, , fill]) => ({ quarter: name(row), reps: row[key], fill })));
    return [
      legend(bands.map(([, text, fill]) => [fill, text])),
      chart("Reps by attainment of their quota and fiscal quarter", (width) => Plot.plot({
        width, height: 280, marginLeft: 30, style: STYLE, x: { label: null, domain: rows.map(name), tickRotate: width < 420 ? -50 : 0 }, y: { label: null, grid: true, ticks: 5 }, marginBottom: width < 420 ? 48 : 30,
        marks: [Plot.barY(cells, { x: "quarter", y: "reps", fill: "fill", insetLeft: 2, insetRight: 2 }),
          Plot.text(cells.filter((cell) => cell.reps > 0), Plot.stackY({ x: "quarter", y: "reps", text: "reps", fill: (/** @type {any} */ cell) => ["var(--d1)", "var(--d5)"].includes(cell.fill) ? "var(--on-strong)" : "var(--on-soft)" })),
          Plot.ruleY([0])],
      }), table("Reps by attainment", rows, [
        { title: "Over", header: true, text: (row) => span("quota_attainment", "quarter", row.period_start) }, ...bands.map(([key, title]) => ({ title, key, unit: "count" })),
        { title: "All together", key: "metric_value", unit: "share" }, { title: "Median of the reps", key: "p50", unit: "share" },
      ])),
    ];
  },

  "people.ranks"(/** @type {Filters} */ filters) {
    const rows = rowsOf("people.reps").filter((row) => row.activity_rank !== null && row.conversion_rank !== null && fits(row, { ...filters, rep_id: "" }));
    if (!rows.length) return none("Nobody here can be ranked yet: it takes ramped reps with enough cases in one segment.");
    const most = Math.max(...rows.map((row) => row.peers));
    const busy = rows.filter((row) => row.busy_not_converting).sort((a, b) => a.conversion_rank - b.conversion_rank);
    // A line of text is as high as a few ranks: who stands closer shares one.
    /** @type {{x: number, y: number, names: string[]}[]} */
    const named = [];
    for (const row of busy) {
      const before = named[named.length - 1];
      if (before && row.conversion_rank - before.y < most / 15) { before.names.push(repName(row.rep_id)); before.x = Math.max(before.x, row.activity_rank); }
      else named.push({ x: row.activity_rank, y: row.conversion_rank, names: [repName(row.rep_id)] });
    }
    const told = (/** @type {string[]} */ names, /** @type {number} */ most) => names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "");
    return [
      legend([["var(--bad)", "busy and not converting (named)"], ["var(--bar)", "the others"]]),
      chart(`Rank by activity against rank by conversion of ${rows.length} reps; busy and not converting: ${busy.map((row) => row.rep_name).join(", ") || "nobody"}`, (width) => Plot.plot({
        width, height: 300, marginLeft: 40, marginRight: 16, marginBottom: 46, style: STYLE,
        x: { reverse: true, domain: [0.4, most + 0.6], label: "busiest →", labelAnchor: "right", labelArrow: "none", ticks: 6 }, y: { reverse: true, domain: [0.4, most + 0.6], label: "↑ converts best", labelArrow: "none", grid: true, ticks: 6 },
        marks: [
          Plot.line([[most, most], [1, 1]], { stroke: "var(--grey)", strokeDasharray: "3 5" }),
          Plot.dot(rows, { x: "activity_rank", y: "conversion_rank", fill: (/** @type {Row} */ row) => row.busy_not_converting ? "var(--bad)" : "var(--bar)", r: 5, symbol: (/** @type {Row} */ row) => row.busy_not_converting ? "triangle" : "circle" }),
          Plot.text(named, { x: "x", y: "y", text: (/** @type {any} */ one) => told(one.names, width < 420 ? 1 : 2), dx: -9, textAnchor: "end" }),
          filters.rep_id ? Plot.dot(rows.filter((row) => row.rep_id === filters.rep_id), { x: "activity_rank", y: "conversion_rank", stroke: "var(--ink)", r: 9, strokeWidth: 2 }) : null,
        ],
      })),
    ];
  },

  "people.reps"(/** @type {Filters} */ filters) {
    const rows = rowsOf("people.reps").filter((row) => fits(row, { ...filters, rep_id: "" }));
    if (!rows.length) return none("No rep here has a scorecard.");
    const dated = rows.find((row) => row.period_start);
    const quota = dated ? span("quota_attainment", dated.period_type, dated.period_start) : "";
    return [
      dated ? "" : el("p", { class: "note" }, "Nobody here has a quota: give planning/quotas (docs/own_crm.md)."),
      table("Reps", rows, [
        { title: "Rep", key: "rep_name", header: true, text: (row) => [link({ page: "people", segment: filters.segment === "all" ? "" : filters.segment, team_id: filters.team_id, rep_id: row.rep_id }, row.rep_name || row.rep_id), RAMP[/** @type {"ramped"} */ (row.ramp_stage)] ? el("span", { class: "sub" }, `ramping, ${show(row.tenure_months, "months")}`) : ""] },
        { title: "Team", key: "team_id", order: (row) => teamName(row.team_id), text: (row) => teamName(row.team_id) },
        { title: "Segment", key: "segment", text: (row) => segmentName(row.segment) },
        { title: "Quota attainment", sub: quota, key: "metric_value", unit: "share" }, { title: "Median of peers", sub: quota, key: "peer_median", unit: "share" },
        { title: "By activity", key: "activity_rank", unit: "count", text: rank("activity_rank") }, { title: "By conversion", key: "conversion_rank", unit: "count", text: rank("conversion_rank") },
        { title: "", text: (row) => row.busy_not_converting ? chip("▼ busy, not converting", "bad") : row.ramp_stage === "ramping" ? chip("ramping, not ranked") : "" },
        { title: "Deals", text: (row) => dealsOf({ ...row, team_id: "", segment: "" }, {}, "open deals") },
      ], { sortable: true, stack: true, page: 60 }),
    ];
  },

  "people.rep"(/** @type {Filters} */ filters) {
    if (!filters.rep_id) return el("p", { class: "note" }, "Choose a rep above, or in the table.");
    const rows = rowsOf("people.rep").filter((row) => row.rep_id === filters.rep_id);
    if (!rows.length) return none("This rep has no scorecard.");
    const about = rowsOf("shared.reps").find((row) => row.rep_id === filters.rep_id);
    return [
      el("p", { class: "said" }, el("strong", null, repName(filters.rep_id)), `, ${teamName(rows[0].rep_team_id)}, ${segmentName(rows[0].peer_segment)}`,
        about ? [", ", number(about, "tenure_months", "months"), about.ramp_stage === "ramping" ? ", ramping" : ""] : "", ". ", link({ page: "deals", rep_id: filters.rep_id }, "Open deals")),
      ...[["leading", "What can be moved now"], ["lagging", "What it came to"]].map(([timing, title]) => {
        const own = rows.filter((row) => row.timing === timing);
        return own.length ? [el("h3", null, title), table(title, own, [
          { title: "Metric", header: true, text: (row) => [metricName(row.label, row.metric_id), slice(row) ? el("span", { class: "sub" }, slice(row)) : ""] },
          { title: "Now", key: "metric_value", unit: (row) => row.unit || "points" }, { title: "Median of peers", key: "peer_median", unit: (row) => row.unit || "points" },
          { title: "Rank", key: "peer_rank", unit: "count", text: rank("peer_rank") }, { title: "Cases", key: "n", unit: "count" }, { title: "", text: (row) => statusChip(row.status) },
          { title: "Over", text: spanOf },
        ])] : null;
      }),
    ];
  },

  "activity.diagnosis"(/** @type {Filters} */ filters) {
    const rows = ONE_SCOPE("activity.diagnosis", filters);
    if (!rows.length) return none(`${segmentName(filters.segment)} has no open breach to go down from.`);
    return rows.map((row) => el("p", { class: "said" },
      el("strong", null, DIAGNOSES[/** @type {"pipeline"} */ (row.diagnosis)] || words(row.diagnosis)), ". ",
      row.metric_id ? [metric(row.metric_id)?.label || words(row.metric_id), slice(row) ? `, ${slice(row)}` : "", ", since ", number(row, "opened_on", "day"), ". "] : "",
      row.generation_metric_id && row.generation_value !== null ? [row.generation_label || words(row.generation_metric_id), " is ", number(row, "generation_value", row.generation_unit || "points"), " (", span(row.generation_metric_id, row.generation_period_type, row.generation_period_start), ")", row.is_generation_short ? ": too little is made. " : ": enough is made. "] : "",
      row.activity_metric_id ? ["Of the activity underneath, ", el("strong", null, metricName(row.activity_label, row.activity_metric_id)), " moved furthest: ",
        el("span", null, "from ", number(row, "activity_value_before", row.activity_unit || "points"), " thirteen weeks before"), " ",
        el("span", null, "to ", number(row, "activity_value", row.activity_unit || "points"), " in the ", thirteenWeeks(row.activity_metric_id)), "."] : "", " ", dealsOf(row, {}, "The open deals")));
  },

  "activity.ratios"(/** @type {Filters} */ filters) {
    const all = rowsOf("activity.ratios");
    const teams = teamsOf(filters.segment);
    const last = all.reduce((latest, row) => (row.period_start > latest ? row.period_start : latest), "");
    const kinds = [...new Map(all.filter((row) => row.scope !== "team" && row.segment === filters.segment).map((row) => [row.metric_id + row.slice_id, row])).values()];
    if (!kinds.length) return none("No activity of this segment is recorded.");
    return [el("p", { class: "note" }, `Week of ${show(last, "day")}; fewer cases than a metric asks for are marked.`), el("div", { class: "cards wide" }, kinds.map((kind) => {
      const about = metric(kind.metric_id);
      const unit = about?.unit || "points";
      const line = all.filter((row) => row.metric_id === kind.metric_id && row.slice_id === kind.slice_id && row.scope !== "team" && row.segment === filters.segment);
      const now = line[line.length - 1];
      const below = all.filter((row) => row.metric_id === kind.metric_id && row.slice_id === kind.slice_id && row.period_start === now.period_start
        && (filters.segment === "all" ? row.scope === "segment" || row.scope === "team" : row.scope === "team" && teams.has(row.team_id)));
      const label = (about?.label || words(kind.metric_id)) + (kind.slice_id === "hot" ? ", hot leads" : "");
      return el("div", { class: "card" }, el("h3", { title: about?.formula }, label),
        el("div", { class: "big" }, number(now, "metric_value", unit)),
        el("p", null, span(now.metric_id, "week", now.period_start)),
        el("p", null, number(now, "n", "count"), " cases", about && now.n < about.min_n ? [" ", chip("too few cases")] : "", about ? `, better ${about.better === "up" ? "higher" : "lower"}` : ""),
        line.length > 1 ? chart(`${label}, ${line.length} weeks, from ${show(line[0].metric_value, unit)} to ${show(now.metric_value, unit)}`, (width) => spark(line, width)) : null,
        below.length ? el("details", null, el("summary", null, "By segment and team"), table(label, below, [
          { title: "Where", header: true, text: place }, { title: "Now", key: "metric_value", unit }, { title: "Cases", key: "n", unit: "count" },
        ])) : null);
    }))];
  },

  "metrics.glossary"() {
    const rows = rowsOf("metrics.glossary");
    const place = el("div");
    const fill = (/** @type {string} */ wanted) => {
      const kept = rows.filter((row) => [row.metric_id, row.label, row.formula, row.stack, row.owner_name].some((text) => (text || "").toLowerCase().includes(wanted.toLowerCase())));
      place.replaceChildren(...[kept.length ? table("Metrics", kept, [
        { title: "Metric", key: "label", header: true, text: (row) => [el("strong", null, row.label || words(row.metric_id)), el("code", { class: "sub" }, row.metric_id)] },
        { title: "What it is", text: (row) => [row.formula, el("span", { class: "sub" }, row.revenue_link || "")] },
        { title: "Value", key: "metric_value", unit: "points", text: (row) => [number(row, "metric_value", row.unit || "points"), row.metric_value === null ? "" : spanBelow(row), row.metric_value === null || row.n === null ? "" : el("span", { class: "sub" }, number(row, "n", "count"), " cases")] },
        { title: "Bands", text: (row) => row.band_text ? row.band_text.split(" | ").map((/** @type {string} */ band) => el("span", { class: "sub" }, band)) : "–" },
        { title: "Who", key: "owner_name", text: (row) => row.owner_role ? [row.owner_name || words(row.owner_role), el("span", { class: "sub" }, row.cadence || "")] : "–" },
        { title: "What then", text: (row) => [row.decision || "–", row.triggers ? el("span", { class: "sub" }, number(row, "triggers", "count"), row.triggers === 1 ? " trigger" : " triggers") : ""] },
        { title: "Kind", key: "stack", text: (row) => [words(row.stack), el("span", { class: "sub" }, `${row.timing}, ${windowWords(row.window_id)}`)] },
      ], { sortable: true, stack: true, page: 30 }) : none("No metric has this word.")].flat());
    };
    fill("");
    return [el("p", null, el("label", null, "Find ", el("input", { type: "search", id: "find-metric", oninput: (/** @type {any} */ event) => fill(event.target.value) }))), place];
  },

  "data.build"() {
    const [row] = rowsOf("data.build");
    const said = [["Build", row.build_id], ["As of", show(row.as_of_date, "day")], ["Started", row.started_at.replace("T", " ").slice(0, 16) + " UTC"], ["Code", row.git_commit || row.code_hash], ["Raw files", row.raw_fingerprint]];
    return [
      el("dl", { class: "facts" }, said.map(([name, text]) => el("div", null, el("dt", null, name), el("dd", null, text)))),
      Object.keys(beside.files).length ? el("p", null, "Beside these pages: ", Object.entries(beside.files).map(([file, title], at) => [at ? ", " : "", el("a", { href: file }, title)])) : null,
    ];
  },

  "data.checks"() {
    const rows = rowsOf("data.checks");
    const found = rows.filter((row) => row.rows_failing > 0);
    const columns = [
      { title: "How bad", key: "severity", order: (/** @type {Row} */ row) => ["error", "warn", "info"].indexOf(row.severity), text: (/** @type {Row} */ row) => chip({ error: "▲ error", warn: "◆ warn", info: "info" }[/** @type {"error"} */ (row.severity)] || row.severity, { error: "bad", warn: "warn", info: "" }[/** @type {"error"} */ (row.severity)]) },
      { title: "What", key: "check_id", header: true, text: (/** @type {Row} */ row) => [words(row.check_id), el("span", { class: "sub" }, row.table_name)] },
      { title: "Rows", key: "rows_failing", unit: "count" }, { title: "Of", key: "rows_checked", unit: "count", text: (/** @type {Row} */ row) => row.rows_checked < row.rows_failing ? "–" : number(row, "rows_checked", "count") },
      { title: "What was done", text: (/** @type {Row} */ row) => row.treatment || "–" },
      { title: "For example", text: (/** @type {Row} */ row) => row.sample_ids ? el("code", { class: "ids" }, row.sample_ids) : "–" },
    ];
    return [
      el("p", { class: "said" }, el("strong", null, `${found.length} of ${rows.length} checks`), " found something."),
      found.length ? table("Checks that found something", found, columns, { sortable: true, stack: true, page: 60 }) : null,
      el("details", null, el("summary", null, `${rows.length - found.length} checks found nothing`), table("Checks that found nothing", rows.filter((row) => !(row.rows_failing > 0)), columns, { page: 60 })),
    ];
  },

  "data.tables"() {
    const rows = rowsOf("data.tables");
    return table("Public tables", rows, [
      { title: "Table", key: "table_name", header: true, text: (row) => el("code", null, row.table_name) }, { title: "Rows", key: "row_count", unit: "count" },
      ...(rows.some((row) => row.row_count_before !== null) ? [{ title: "Before", key: "row_count_before", unit: "count" }] : []),
    ], { sortable: true });
  },
});

const DIAGNOSES = {
  pipeline: "It sits in the pipeline", conversion_quality: "It sits in how deals convert", generation: "Too little pipeline is made", timing: "It is a matter of timing",
};
/** Counts are summed over thirteen weeks; what looks back is read at their end. @param {string} id */
function thirteenWeeks(id) {
  const end = rowsOf("shared.periods").find((row) => row.period_type === "week" && row.last_day === lastWeek());
  return metric(id)?.window_id === "period" ? `13 weeks to ${show(lastWeek(), "day")}` : span(id, "week", end ? end.period_start : null);
}
/** @param {string} key */
function rank(key) {
  return (/** @type {Row} */ row) => row[key] === null ? "–" : [number(row, key, "count"), row.peers === null ? "" : [" of ", number(row, "peers", "count")]];
}
