// @ts-check
// The panels of Today, Quarter, Funnel and Deals: each takes the filters and gives what stands there.

const crm = { urls: /** @type {Object<string, string>} */ ({}) };
const beside = { files: /** @type {Object<string, string>} */ ({}) };
const ONE_SCOPE = (/** @type {string} */ key, /** @type {Filters} */ filters) =>
  rowsOf(key).filter((row) => row.segment === filters.segment);
/** @param {string} text */
const none = (text) => el("p", { class: "empty" }, text);
/** What to give where nothing is there at all; else that the segment has nothing of it.
 * @param {Filters} filters @param {any} panel as declared @param {string} text */
const nothing = (filters, panel, text) => none(filters.segment === "all" && !filters.team_id ? panel.empty : text);

/** Where a row of any scope is, in words. @param {Row} row */
function where(row) {
  const parts = [];
  if (row.rep_id && row.rep_id !== "all") parts.push(repName(row.rep_id));
  if (row.team_id && row.team_id !== "all") parts.push(teamName(row.team_id));
  if (row.segment && row.segment !== "all") parts.push(segmentName(row.segment));
  return parts.join(", ") || "Company";
}

/** @param {Row} row */
function slice(row) {
  if (!row.slice_id || row.slice_id === "all") return null;
  return row.slice_type === "stage" ? stageName(row.slice_id) : words(row.slice_id) + " " + row.slice_type + "s";
}

/** Whether any of the company's numbers can be told. */
const isAnyJudged = () => rowsOf("shared.judged").some((row) => row.is_any_judged);
const CONVERSION = "stage_conversion_rate";
const QUARTERS = [["this", "var(--accent)", "this quarter"], ["before", "var(--grey)", "the quarter before"], ["year_before", "var(--warn)", "a year before"]];
const SEVERITY = { critical: "bad", warning: "warn" };

/** @type {Object<string, (filters: Filters, panel: any) => any>} */
const PANELS = {
  "today.incidents"(filters) {
    const rows = rowsOf("today.incidents").filter((row) => ofSegment(row, filters.segment));
    const asOf = rowsOf("shared.about")[0].as_of_date;
    if (!rows.length) return none(`Nothing is open in ${segmentName(filters.segment)}.`);
    const overdue = rows.filter((row) => row.due_on && row.due_on < asOf).length;
    return [
      el("p", { class: "said" }, el("strong", null, `${rows.length} open`),
        overdue ? [", ", el("span", { class: "bad-text" }, `${overdue} past due`)] : ", none past due"),
      table("What is broken", rows, [
        { title: "How bad", key: "severity", text: (row) => chip((row.severity === "critical" ? "▲ " : "◆ ") + row.severity, SEVERITY[/** @type {keyof typeof SEVERITY} */ (row.severity)]) },
        { title: "What", key: "label", header: true, text: (row) => [metricName(row.label, row.metric_id), slice(row) ? el("span", { class: "sub" }, slice(row)) : ""] },
        { title: "Where", order: where, text: (row) => [where(row), el("span", { class: "sub" }, dealsOf(row, {}, "its open deals"))] },
        { title: "Now", key: "metric_value", unit: (row) => row.unit || "points", text: (row) => [number(row, "metric_value", row.unit || "points"), spanBelow(row)] },
        { title: "Compared with", text: (row) => [row.baseline === null ? "" : el("span", { class: "keep" }, number(row, "baseline", row.unit || "points"), " before it opened"), row.threshold_value === null ? "" : el("span", { class: row.baseline === null ? "keep" : "sub keep" }, "line at ", number(row, "threshold_value", row.unit || "points")), row.members_count > 1 ? el("span", { class: "sub" }, "seen in ", number(row, "members_count", "count"), " places") : ""] },
        { title: "At stake", key: "amount_at_stake", unit: "currency", text: (row) => row.amount_at_stake === null ? "–" : [number(row, "amount_at_stake", "currency"), el("span", { class: "sub" }, "a quarter")] },
        { title: "Since", key: "opened_on", unit: "day" },
        { title: "Who", key: "owner_name", text: (row) => [row.owner_name || words(row.owner_role), row.owner_name ? el("span", { class: "sub" }, words(row.owner_role)) : ""] },
        { title: "Does what", text: (row) => sentence(row.intervention) },
        { title: "Until", key: "due_on", text: (row) => row.due_on ? [number(row, "due_on", "day"), row.due_on < asOf ? el("span", { class: "sub bad-text" }, "past due") : ""] : "–" },
        { title: "State", key: "status", text: (row) => [words(row.status), row.status === "escalated" && row.escalate_to ? el("span", { class: "sub" }, "to " + words(row.escalate_to)) : "",
          row.acted_on ? el("span", { class: "sub good-text" }, "acted upon on ", number(row, "acted_on", "day"))
          : row.snoozed_until ? el("span", { class: "sub" }, "put off until ", number(row, "snoozed_until", "day"))
          : row.acknowledged_on ? el("span", { class: "sub" }, "seen on ", number(row, "acknowledged_on", "day")) : ""] },
      ], { stack: true, sortable: true, page: 6 }),
    ];
  },

  "today.five"(_, panel) {
    if (rowsOf("today.five").every((row) => row.metric_value === null)) return none(panel.empty);
    const trend = rowsOf("today.five_trend");
    return el("div", { class: "cards" }, rowsOf("today.five").map((row) => {
      const line = trend.filter((point) => point.metric_id === row.metric_id && point.metric_value !== null);
      const periods = row.period_type === "week" ? "weeks" : row.period_type + "s";
      const better = row.change_12_weeks === null ? null : (row.change_12_weeks > 0) === (row.better === "up");
      return el("div", { class: "card" },
        el("h3", { title: row.formula }, metricName(row.label, row.metric_id), row.stands_in_for ? ` (for ${metricName(metric(row.stands_in_for)?.label, row.stands_in_for)})` : ""),
        el("div", { class: "big" }, number(row, "metric_value", row.unit || "points")),
        el("p", null, spanOf(row), row.period_start ? " " : "", statusChip(row.status)),
        row.metric_value === null ? el("p", null, "It is ", row.formula, ". What it needs: docs/own_crm.md.") : null,
        row.change_12_weeks === null ? null : el("p", null, el("span", { class: better ? "good-text" : "bad-text" },
          number(row, "change_12_weeks", "change")), ` in the 12 weeks to ${show(lastWeek(), "day")}: from `,
          number(row, "value_12_weeks_before", row.unit || "points"), " to ", number(row, "value_last_week", row.unit || "points")),
        row.value_same_day_quarter_before === null ? null
          : el("p", null, "a quarter ago, same day: ", number(row, "value_same_day_quarter_before", row.unit || "points")),
        line.length > 1 ? chart(`${row.label}, ${line.length} ${periods}, from ${show(line[0].metric_value, row.unit)} to ${show(line[line.length - 1].metric_value, row.unit)}`,
          (width) => spark(line, width)) : row.metric_value === null ? null : el("p", null, "no earlier period to compare"));
    }));
  },

  "today.fan"(filters, panel) {
    const rows = ONE_SCOPE("today.fan", filters).filter((row) => row.expected !== null);
    const [about] = rowsOf("shared.about");
    if (!rows.length) return nothing(filters, panel, "There is no forecast for this segment yet: it needs a whole fiscal quarter with a win.");
    const now = rows[rows.length - 1];
    const span = [asDay(about.quarter_start), asDay(about.quarter_end)];
    const here = asDay(now.forecast_on);
    // At the end of the quarter the numbers stand to the right of it.
    const late = (+here - +span[0]) / (+span[1] - +span[0]) > 0.8;
    const fan = [{ x: here, low: now.won_so_far, middle: now.won_so_far, high: now.won_so_far }, { x: span[1], low: now.low_80, middle: now.expected, high: now.high_80 }];
    const ends = apart([
      ...(now.target_amount === null ? [] : [{ value: now.target_amount, text: "target " + show(now.target_amount, "currency"), fill: "var(--bad)" }]),
      ...(now.high_80 === now.expected ? [] : [{ value: now.high_80, text: "high " + show(now.high_80, "currency"), fill: "var(--muted)" }]),
      { value: now.expected, text: "exp. " + show(now.expected, "currency"), fill: "var(--accent)" },
      ...(now.low_80 === now.expected ? [] : [{ value: now.low_80, text: "low " + show(now.low_80, "currency"), fill: "var(--muted)" }]),
    ], Math.max(...rows.map((row) => row.expected), now.high_80, now.target_amount || 0) * 0.06);
    return [
      el("p", { class: "said" }, el("strong", null, sentence(now.verdict)), ". Expected ", number(now, "expected", "currency"), ", between ",
        number(now, "low_80", "currency"), " and ", number(now, "high_80", "currency"),
        now.target_amount === null ? "; no target is given (planning/targets)" : ["; the target is ", number(now, "target_amount", "currency"), ", its chance ", number(now, "p_target", "share")], ". ", dealsOf(now, { closes: "this" }, "The open deals of the quarter")),
      legend([["var(--good)", "won so far"], ["var(--bar-2)", "four of five outcomes from here"], ["var(--accent)", "expected at the end, day by day"],
        ...(now.target_amount === null ? [] : [/** @type {[string, string]} */ (["var(--bad)", "target (dashed)"])])]),
      chart(`Forecast of the quarter for ${segmentName(filters.segment)}: ${now.verdict}`, (width) => Plot.plot({
        width, height: 320, marginLeft: 58, marginRight: 124, style: STYLE,
        x: { type: "utc", domain: span, label: null, ticks: width < 500 ? 4 : 10 }, y: { grid: true, zero: true, label: null, ticks: 6, tickFormat: tickMoney },
        marks: [
          Plot.areaY(fan, { x: "x", y1: "low", y2: "high", fill: "var(--bar-2)", fillOpacity: 0.75 }),
          Plot.lineY(fan, { x: "x", y: "middle", stroke: "var(--accent)", strokeDasharray: "2 4", strokeWidth: 1.5 }),
          Plot.lineY(rows, { x: (/** @type {Row} */ r) => asDay(r.forecast_on), y: "expected", stroke: "var(--accent)", strokeWidth: 2 }),
          Plot.lineY(rows, { x: (/** @type {Row} */ r) => asDay(r.forecast_on), y: "won_so_far", stroke: "var(--good)", strokeWidth: 3 }),
          Plot.dot([now], { x: () => here, y: "won_so_far", fill: "var(--good)", r: 4.5 }),
          now.target_amount === null ? null : Plot.ruleY([now.target_amount], { stroke: "var(--bad)", strokeDasharray: "6 4", strokeWidth: 1.5 }),
          Plot.text(ends, { x: () => span[1], y: "at", text: "text", fill: "fill", fontWeight: 600, textAnchor: "start", dx: 8 }),
          Plot.ruleX([here], { stroke: "var(--grey)", strokeOpacity: 0.6 }),
          Plot.text([0], { x: () => here, frameAnchor: "top", text: () => "today", textAnchor: late ? "end" : "start", dx: late ? -5 : 5, dy: -12 }),
          Plot.ruleY([0], { stroke: "var(--grey)" }),
        ],
      }), table("The forecast by day", rows, [
        { title: "On", key: "forecast_on", unit: "day" }, { title: "Won", key: "won_so_far", unit: "currency" }, { title: "Low", key: "low_80", unit: "currency" },
        { title: "Expected", key: "expected", unit: "currency" }, { title: "High", key: "high_80", unit: "currency" }, { title: "Chance of the target", key: "p_target", unit: "share" },
      ])),
    ];
  },

  "quarter.forecast"(filters) {
    const rows = rowsOf("quarter.forecast").filter((row) => ofSegment(row, filters.segment));
    const drawn = rows.filter((row) => row.scope !== "team" && row.expected !== null);
    const label = (/** @type {Row} */ row) => row.scope === "team" ? teamName(row.team_id) : segmentName(row.segment);
    const columns = [
      { title: "Where", header: true, text: (/** @type {Row} */ row) => dealsOf(row, { closes: "this" }, label(row)) }, { title: "Won", key: "won_so_far", unit: "currency" }, { title: "From open deals", key: "from_open", unit: "currency" },
      { title: "Yet to be created", key: "from_to_be_created", unit: "currency" }, { title: "Expected", key: "expected", unit: "currency" },
      { title: "Low", key: "low_80", unit: "currency" }, { title: "High", key: "high_80", unit: "currency" }, { title: "Committed", key: "submitted_amount", unit: "currency" },
      { title: "Target", key: "target_amount", unit: "currency" }, { title: "Chance", key: "p_target", unit: "share", text: (/** @type {Row} */ row) => row.target_amount === null ? "–" : number(row, "p_target", "share") },
      { title: "Verdict", words: true, text: (/** @type {Row} */ row) => sentence(row.verdict) },
    ];
    const numbers = el("details", { open: true }, el("summary", null, "The numbers, with the teams"), table("Forecast by segment and team", rows, columns, { stack: true, sum: (row) => row.scope === "company" }));
    if (!drawn.length) return [none("There is no forecast yet: it needs a whole fiscal quarter with a win."), numbers];
    const parts = drawn.flatMap((row) => [["won_so_far", "var(--good)"], ["from_open", "var(--bar)"], ["from_to_be_created", "var(--bar-2)"]].map(([key, fill]) => ({ segment: row.segment, value: row[key], fill })));
    return [
      legend([["var(--good)", "won"], ["var(--bar)", "from open deals"], ["var(--bar-2)", "yet to be created"],
        ...(drawn.some((row) => row.target_amount !== null) ? [/** @type {[string, string]} */ (["var(--bad)", "target (upright line)"])] : []),
        ["var(--ink)", drawn.some((row) => row.submitted_amount !== null) ? "committed (dot), range (whisker)" : "range (whisker)"]]),
      chart("Won, expected and target by segment", (width) => Plot.plot({
        width, height: 56 + 52 * drawn.length, marginLeft: gutter(drawn.map(label), width).marginLeft, marginRight: 64, style: STYLE,
        x: { grid: true, label: null, ticks: width < 420 ? 2 : width < 600 ? 4 : 8, tickFormat: tickMoney }, y: { label: null, domain: drawn.map((row) => row.segment), tickFormat: (/** @type {string} */ id) => gutter([], width).cut(segmentName(id)) },
        marks: [
          Plot.barX(parts, { y: "segment", x: "value", fill: "fill", insetTop: 5, insetBottom: 5 }),
          Plot.ruleY(drawn, { y: "segment", x1: "low_80", x2: "high_80", stroke: "var(--ink)", strokeWidth: 1.5 }),
          Plot.tickX(drawn.filter((row) => row.target_amount !== null), { y: "segment", x: "target_amount", stroke: "var(--bad)", strokeWidth: 3 }),
          Plot.dot(drawn.filter((row) => row.submitted_amount !== null), { y: "segment", x: "submitted_amount", fill: "var(--ink)", stroke: "var(--card)", r: 5 }),
          Plot.text(drawn, { y: "segment", x: (/** @type {Row} */ row) => Math.max(row.high_80, row.target_amount || 0, row.submitted_amount || 0), text: (/** @type {Row} */ row) => show(row.expected, "currency"), textAnchor: "start", dx: 8, fontWeight: 600 }),
        ],
      })),
      numbers,
    ];
  },

  "quarter.waterfall"(filters, panel) {
    const rows = ordered(moved("quarter", filters.segment));
    if (!rows.length) return nothing(filters, panel, "No deal of this segment closes in the quarter.");
    let level = 0;
    const bars = rows.map((row) => {
      const isTotal = row.movement === "opening" || row.movement === "closing";
      const from = isTotal ? 0 : level;
      level = isTotal ? row.amount : level + row.amount;
      return { row, name: words(row.movement), from, to: level, fill: isTotal ? "var(--grey)" : row.movement === "won" ? "var(--good)" : row.amount < 0 ? "var(--d2)" : "var(--bar)" };
    });
    const sign = (/** @type {any} */ bar) => (bar.row.amount > 0 && bar.fill !== "var(--grey)" ? "+" : "") + show(bar.row.amount, "currency");
    return [
      chart(`Waterfall of the quarter for ${segmentName(filters.segment)}: ` + bars.map((bar) => `${bar.name} ${sign(bar)}`).join(", "), (width) => Plot.plot({
        width, height: 34 * bars.length + 34, marginLeft: 128, marginRight: 68, style: STYLE,
        x: { grid: true, label: null, ticks: width < 420 ? 2 : 4, tickFormat: tickMoney }, y: { label: null, domain: bars.map((bar) => bar.name) },
        marks: [
          Plot.barX(bars, { y: "name", x1: "from", x2: "to", fill: "fill", insetTop: 4, insetBottom: 4 }),
          Plot.text(bars, { y: "name", x: (/** @type {any} */ bar) => Math.max(bar.from, bar.to), text: sign, textAnchor: "start", dx: 6 }),
        ],
      })),
      el("p", null, dealsOf(rows[0], { closes: "this" }, "The open deals it ends with")),
      el("details", null, el("summary", null, "The numbers, by segment"), table("Waterfall by segment, to the cent", bars.map((bar) => bar.row), [
        { title: "Movement", header: true, text: (row) => words(row.movement) }, { title: "Deals", key: "deals", unit: "count" }, { title: segmentName(filters.segment), key: "amount", unit: "cents" },
        ...(filters.segment === "all" ? scopes(moved("quarter", "")).filter((segment) => segment !== "all") : []).map((segment) => ({ title: segmentName(segment), unit: "cents", text: (/** @type {Row} */ line) => {
          const row = moved("quarter", segment).find((one) => one.movement === line.movement);
          return row ? number(row, "amount", "cents") : "–";
        } })),
      ], { sum: (row) => row.movement === "closing" })),
    ];
  },

  "quarter.coverage"(filters, panel) {
    const rows = ONE_SCOPE("quarter.coverage", filters).filter((row) => row.coverage !== null);
    const now = rows.filter((row) => row.which_quarter === "this");
    if (!now.length && ONE_SCOPE("quarter.forecast", filters).some((row) => row.scope !== "team" && row.target_amount !== null)) {
      return none("There is a target, but the open deals of the quarter are not known: it takes the history of their close dates (docs/own_crm.md, step 4) and their amounts.");
    }
    if (!now.length) return nothing(filters, panel, "Coverage needs a target of the segment: give planning/targets for the quarter (docs/own_crm.md).");
    const last = now[now.length - 1];
    const kinds = QUARTERS.filter(([which]) => rows.some((row) => row.which_quarter === which));
    const colour = (/** @type {Row} */ row) => QUARTERS.find(([which]) => which === row.which_quarter)?.[1];
    return [
      el("p", { class: "said" }, number(last, "coverage", "multiple"), ` on ${show(last.on_day, "day")}, with ${show(last.days_to_quarter_end, "days")} left`,
        last.required === null ? "." : ["; the win rate asks for ", number(last, "required", "multiple"), "."]),
      legend([...kinds.map(([, fill, text]) => /** @type {[string, string]} */ ([fill, text])), ["var(--bad)", "needed (dashed)"]]),
      chart(`Coverage for ${segmentName(filters.segment)}, now ${show(last.coverage, "multiple")}`, (width) => Plot.plot({
        width, height: 345, marginLeft: 40, marginRight: 12, marginBottom: 48, style: STYLE,
        x: { reverse: true, domain: [0, 91], ticks: width < 420 ? 5 : 10, label: "days left →", labelAnchor: "right", labelArrow: "none" }, y: { grid: true, zero: true, label: null, tickFormat: (/** @type {number} */ v) => v + "×" },
        marks: [
          Plot.line(now.filter((row) => row.required !== null), { x: "days_to_quarter_end", y: "required", stroke: "var(--bad)", strokeDasharray: "5 4" }),
          Plot.line(rows, { x: "days_to_quarter_end", y: "coverage", z: "quarter_start", stroke: colour, strokeWidth: (/** @type {Row} */ row) => row.which_quarter === "this" ? 3 : 1.5 }),
          Plot.dot([last], { x: "days_to_quarter_end", y: "coverage", fill: "var(--accent)", r: 5 }),
        ],
      }), table("Coverage this quarter", now.filter((row) => row.days_to_quarter_end % 7 === last.days_to_quarter_end % 7), [
        { title: "Day", header: true, text: (row) => `On ${show(row.on_day, "day")}` }, { title: "Days left", key: "days_to_quarter_end", unit: "count" }, { title: "Coverage", key: "coverage", unit: "multiple" }, { title: "Needed", key: "required", unit: "multiple" },
      ])),
    ];
  },

  "quarter.weeks"(filters, panel) {
    const quarter = moved("quarter", filters.segment);
    const rows = moved("week", filters.segment).filter((row) => row.is_of_quarter);
    if (!rows.length) return quarter.length ? none("The first week is not over.") : nothing(filters, panel, "No deal of this segment closes in the quarter.");
    const [{ quarter_start: start }] = rowsOf("shared.about");
    const weeks = [...new Map(rows.map((row) => [row.period_start, row])).values()].sort((a, b) => (a.period_start < b.period_start ? -1 : 1));
    const kinds = [...new Set(ordered(rows).map((row) => row.movement))];
    const lines = kinds.map((movement) => /** @type {any} */ ({ movement, _at: "" }));
    const opening = quarter.find((row) => row.movement === "opening");
    const early = weeks[0].period_start < start ? weeks[0].period_start : "";
    return [
      early ? el("p", { class: "note" }, `The week of ${show(early, "day")} began before the quarter: its column is the whole week, with what moved before ${show(start, "day")}. That day the quarter opened with `, opening ? number(opening, "amount", "cents") : "nothing", ".") : null,
      table("Movements by week", lines, [
        { title: "Movement", header: true, text: (line) => words(line.movement) },
        ...weeks.map((week) => ({ title: show(week.period_start, "day"), sub: week.is_complete ? week.period_start === early ? "whole week" : "" : "running", unit: "cents", text: (/** @type {Row} */ line) => {
          const row = rows.find((one) => one.period_start === week.period_start && one.movement === line.movement);
          return row ? number(row, "amount", "cents") : "–";
        } })),
      ], { sum: (line) => line.movement === "closing" }),
    ];
  },

  "quarter.moves"(filters) {
    const all = rowsOf("quarter.moves");
    const rows = filters.segment === "all" ? all : all.filter((row) => row.segment === filters.segment);
    if (!rows.length) return none("Nothing of this segment moved in these two weeks.");
    return el("div", { class: "pair" }, [...new Set(rows.map((row) => row.week_start))].map((week) => {
      const ofWeek = rows.filter((row) => row.week_start === week);
      const kinds = MOVES.filter((kind) => ofWeek.some((row) => row.movement === kind));
      return el("div", null, el("h3", null, `Week of ${show(week, "day")}${ofWeek[0].is_complete ? "" : ", running"}`),
        kinds.map((kind) => {
          const moves = ofWeek.filter((row) => row.movement === kind);
          const sum = moved("week", filters.segment).find((row) => row.period_start === week && row.movement === kind);
          return el("details", null, el("summary", null, `${words(kind)}: `, sum ? [el("strong", null, number(sum, "amount", "currency")), sum.deals ? [", ", number(sum, "deals", "count"), Math.abs(sum.deals) === 1 ? " deal" : " deals"] : ""] : ""),
            table(`${words(kind)}, week of ${show(week, "day")}`, moves, [
              { title: "Deal", header: true, text: (row) => [dealName(row), el("span", { class: "sub" }, segmentName(row.segment))] },
              { title: "Rep", text: (row) => dealsOf({ ...row, team_id: "", segment: "" }, {}, repName(row.rep_id)) },
              { title: "Closes", key: "close_date", unit: "day" }, { title: "Amount", key: "amount", unit: "amount" },
            ], { page: 15 }));
        }));
    }));
  },

  "funnel.stages"(filters, panel) {
    const rows = byStage(rowsOf("funnel.stages").filter((row) => row.metric_value !== null && (filters.segment === "all" || row.segment === filters.segment)));
    if (!rows.length) return nothing(filters, panel, "No deal of this segment has left a stage yet.");
    const segments = scopes(rows);
    return [
      el("p", { class: "note" }, `${sentence(span(CONVERSION, "week", rows[0].period_start))}, the end of the last whole week.`),
      el("div", { class: "pair" }, segments.map((segment) => {
        const own = rows.filter((row) => row.segment === segment);
        const leak = own.filter((row) => row.status === "below");
        return el("div", null, el("h3", null, segmentName(segment)),
          leak.map((row) => el("p", null, el("span", { class: "bad-text" }, "▼ leaks at ", stageName(row.stage_id)), ": ",
            el("span", null, number(row, "metric_value", "share"), " of ", number(row, "n", "count"), " in the ", span(CONVERSION, "week", row.period_start)),
            row.baseline_value === null ? "" : [", ", el("span", null, number(row, "baseline_value", "share"), " in the 90 days before")],
            row.baseline_value !== null && row.metric_value >= row.baseline_value ? ["; ", link({ page: "today", segment: segment === "all" ? "" : segment }, "its breach"), " compares with what was before it opened" ] : "", ". ",
            dealsOf(row, {}, "Its open deals"), " · ", link({ page: "activity", segment: segment === "all" ? "" : segment }, "the activity underneath"))),
          chart(`Conversion by stage, ${segmentName(segment)}: ` + own.map((row) => `${stageName(row.stage_id)} ${show(row.metric_value, "share")}`).join(", "), (width) => Plot.plot({
            width, height: 34 * own.length + 32, marginLeft: gutter(own.map((row) => stageName(row.stage_id)), width).marginLeft, marginRight: 56, style: STYLE,
            x: { domain: [0, 1], grid: true, label: null, ticks: width < 420 ? 2 : 5, tickFormat: tickShare },
            y: { label: null, domain: own.map((row) => row.stage_id), tickFormat: (/** @type {string} */ id) => gutter([], width).cut(stageName(id)) },
            marks: [
              Plot.barX(own, { y: "stage_id", x: "metric_value", fill: (/** @type {Row} */ row) => row.status === "below" ? "var(--bad)" : "var(--bar)", insetTop: 5, insetBottom: 5 }),
              Plot.ruleY(own, { y: "stage_id", x1: "ci_low", x2: "ci_high", stroke: "var(--ink)" }),
              Plot.tickX(own.filter((row) => row.baseline_value !== null), { y: "stage_id", x: "baseline_value", stroke: "var(--ink)", strokeWidth: 3 }),
              Plot.text(own, { y: "stage_id", x: 1, text: (/** @type {Row} */ row) => show(row.metric_value, "share"), textAnchor: "start", dx: 6, fontWeight: 600 }),
            ],
          }), table(`Conversion by stage, ${segmentName(segment)}`, own, [
            { title: "Stage", header: true, text: (row) => dealsOf(row, {}, stageName(row.stage_id)) }, { title: "Now", key: "metric_value", unit: "share" }, { title: "Cases", key: "n", unit: "count" },
            { title: "From", key: "ci_low", unit: "share" }, { title: "To", key: "ci_high", unit: "share" }, { title: "90 days before", key: "baseline_value", unit: "share" }, { title: "", text: (row) => statusChip(row.status) },
          ])));
      })),
    ];
  },

  "funnel.weeks"(filters, panel) {
    const all = byStage(rowsOf("funnel.weeks").filter((row) => row.metric_value !== null && (filters.segment === "all" || row.segment === filters.segment)));
    if (!all.length) return nothing(filters, panel, "No deal of this segment has left a stage yet.");
    const lasts = all.map((row) => row.period_start).sort();
    return [el("p", { class: "note" }, `Each ends with the ${span(CONVERSION, "week", lasts[lasts.length - 1])}.`), scopes(all).map((segment) => {
      const rows = all.filter((row) => row.segment === segment);
      return [el("h3", null, segmentName(segment)), el("div", { class: "multiples" }, [...new Set(rows.map((row) => row.stage_id))].map((stage) => {
        const own = rows.filter((row) => row.stage_id === stage);
        const last = own[own.length - 1];
        return el("div", null, el("h4", null, stageName(stage), " ", el("span", null, number(last, "metric_value", "share"), " of ", number(last, "n", "count"))),
          chart(`${segmentName(segment)}, ${stageName(stage)}, ${own.length} weeks, from ${show(own[0].metric_value, "share")} to ${show(last.metric_value, "share")}`, (width) => Plot.plot({
            width, height: 104, marginLeft: 44, marginRight: 8, marginTop: 8, marginBottom: 22, style: STYLE,
            x: { type: "utc", label: null, ticks: 4, tickFormat: (/** @type {Date} */ date) => MONTHS[date.getUTCMonth()] }, y: { domain: [0, 1], ticks: 2, grid: true, label: null, tickFormat: tickShare },
            marks: [Plot.lineY(own, { x: (/** @type {Row} */ row) => asDay(row.period_start), y: "metric_value", stroke: "var(--accent)", strokeWidth: 2 }),
              Plot.dot([last], { x: (/** @type {Row} */ row) => asDay(row.period_start), y: "metric_value", fill: "var(--accent)", r: 3 })],
          })));
      }))];
    })];
  },

  "funnel.decomposition"(filters) {
    const all = byStage(rowsOf("funnel.decomposition"));
    const rows = filters.segment === "all" ? all : all.filter((row) => row.segment === filters.segment);
    if (!rows.length) return none("There are no two windows of this segment to compare yet.");
    const now = span(CONVERSION, "week", rows[0].period_start);
    return table("Mix and rate by stage and segment", rows, [
      { title: "Stage", header: true, text: (row) => dealsOf(row, {}, stageName(row.stage_id)), order: (row) => stageOrder(row.stage_id) }, { title: "Segment", key: "segment", text: (row) => segmentName(row.segment) },
      { title: "Rate", sub: now, key: "rate", unit: "share" }, { title: "Rate", sub: "90 days before", key: "baseline_rate", unit: "share" }, { title: "By mix", key: "mix_effect", unit: "percentage points" }, { title: "By rate", key: "rate_effect", unit: "percentage points" },
      { title: "Company", key: "company_delta", unit: "percentage points" }, { title: "", text: (row) => row.hidden_leak ? chip("▼ hidden leak", "bad") : "" },
    ], { sortable: true });
  },

  "funnel.age"(filters, panel) {
    const rows = byStage(ONE_SCOPE("funnel.age", filters).filter((row) => row.metric_value !== null));
    if (!rows.length) return nothing(filters, panel, "No deal of this segment is open.");
    const on = span("stage_age_days", "week", rows[0].period_start);
    return table("Days in the stage", rows, [
      { title: "Stage", header: true, text: (row) => dealsOf(row, {}, stageName(row.stage_id)), order: (row) => stageOrder(row.stage_id) },
      { title: "Open deals", sub: on, key: "n", unit: "count" }, { title: "Days so far", sub: on, key: "metric_value", unit: "days" },
      { title: "Expected", text: (row) => { const stage = rowsOf("shared.stages").find((one) => one.stage_id === row.stage_id); return stage ? number(stage, "expected_days", "days") : "–"; }, unit: "days" },
      { title: "Stalled", sub: on, key: "stalled_share", unit: "share" }, { title: "", text: (row) => row.status === "not_judged" ? "" : statusChip(row.status) },
    ], { sortable: true });
  },

  "funnel.losses"(filters, panel) {
    const rows = ONE_SCOPE("funnel.losses", filters).filter((row) => row.metric_value !== null);
    if (!rows.length) return nothing(filters, panel, "No lost deal of this segment names a reason.");
    const over = span("loss_reason_share", "week", rows[0].period_start);
    return [el("p", { class: "note" }, `${sentence(over)}.`), chart("Loss reasons: " + rows.map((row) => `${words(row.loss_reason)} ${show(row.metric_value, "share")}`).join(", "), (width) => Plot.plot({
      width, height: 30 * rows.length + 30, marginLeft: gutter(rows.map((row) => words(row.loss_reason)), width).marginLeft, marginRight: 58, style: STYLE,
      x: { label: null, grid: true, ticks: width < 420 ? 2 : 4, tickFormat: tickShare }, y: { label: null, domain: rows.map((row) => row.loss_reason), tickFormat: (/** @type {string} */ id) => gutter([], width).cut(words(id)) },
      marks: [
        Plot.barX(rows, { y: "loss_reason", x: "metric_value", fill: "var(--bar)", insetTop: 4, insetBottom: 4 }),
        Plot.ruleY(rows, { y: "loss_reason", x1: "ci_low", x2: "ci_high", stroke: "var(--ink)" }),
        Plot.text(rows, { y: "loss_reason", x: "ci_high", text: (/** @type {Row} */ row) => show(row.metric_value, "share"), textAnchor: "start", dx: 6 }),
      ],
    }), table("Loss reasons", rows, [
      { title: "Reason", header: true, text: (row) => words(row.loss_reason) }, { title: "Deals", key: "lost_count", unit: "count" }, { title: "Share", key: "metric_value", unit: "share" },
      { title: "From", key: "ci_low", unit: "share" }, { title: "To", key: "ci_high", unit: "share" }, { title: "Of", key: "n", unit: "count" },
    ]))];
  },

  "deals.deals"(filters) {
    const kept = (/** @type {Row} */ row) => ["team_id", "rep_id", "stage_id", "closes", "health"].every((name) => !filters[name] || row[name] === filters[name])
      && (filters.segment === "all" || row.segment === filters.segment);
    const sums = rowsOf("deals.summary").filter(kept);
    const rows = rowsOf("deals.deals").filter(kept);
    if (!sums.length) return none("No open deal fits these filters.");
    const total = (/** @type {string | null} */ health, /** @type {string} */ key) => sums.filter((row) => !health || row.health === health).reduce((sum, row) => sum + (row[key] || 0), 0);
    return [
      el("ul", { class: "legend totals" }, [["red", "▲ red", "bad"], ["amber", "◆ amber", "warn"], ["green", "● green", "good"], ["", "all", ""]].map(([health, text, tone]) =>
        el("li", { "data-health": health || "all" }, chip(text, tone), ` ${show(total(health, "deals"), "count")} ${total(health, "deals") === 1 ? "deal" : "deals"}, ${show(total(health, "amount"), "currency")}`))),
      table("Open deals", rows, [
        { title: "Health", key: "health", order: (row) => ["red", "amber", "green"].indexOf(row.health), text: (row) => chip({ red: "▲ red", amber: "◆ amber", green: "● green" }[/** @type {"red"} */ (row.health)] || "–", { red: "bad", amber: "warn", green: "good" }[/** @type {"red"} */ (row.health)]) },
        { title: "Deal", key: "name", header: true, text: (row) => [dealName(row), el("span", { class: "sub" }, segmentName(row.segment))] },
        { title: "Why", key: "health_reasons", words: true, text: (row) => reasons(row.health_reasons) },
        { title: "Stage", key: "stage_id", order: (row) => stageOrder(row.stage_id), text: (row) => stageName(row.stage_id) },
        { title: "Days in it", key: "days_in_stage", unit: "count", text: (row) => [number(row, "days_in_stage", "count"), row.expected_days === null ? "" : el("span", { class: "sub" }, "of ", number(row, "expected_days", "count"))] },
        { title: "Rep", key: "rep_id", words: true, order: (row) => repName(row.rep_id), text: (row) => [repName(row.rep_id), el("span", { class: "sub" }, teamName(row.team_id))] },
        { title: "Last touch", key: "last_activity_on", unit: "day" }, { title: "Closes", key: "close_date", unit: "day" }, { title: "Pushes", key: "push_count", unit: "count" },
        { title: "Amount", key: "amount", unit: "amount" }, { title: "Chance", key: "chance", unit: "share" }, { title: "Brings", key: "expected_amount", unit: "amount" },
      ], { stack: true, sortable: true, page: 30 }),
    ];
  },
};

const REASONS = {
  stalled: "far too long in its stage", slow: "long in its stage", silent: "no touch for a long time", quiet: "no touch lately", no_next_step: "no next step",
  pushed_this_quarter: "pushed to a later quarter", pushed_often: "pushed again and again", past_due: "close date has passed",
};
/** Where a deal is in the CRM: of two in use each id begins with its CRM, whose own it is not.
 * @param {string} id @returns {string | null} */
function placeInCrm(id) {
  const [, source, own] = /^([a-z][a-z0-9_]*):(.+)$/.exec(id) || [id, "", id];
  const all = Object.values(crm.urls);
  const url = Object.hasOwn(crm.urls, source) ? crm.urls[source] : !source && all.length === 1 ? all[0] : null;
  return url ? url.replaceAll("{opportunity_id}", encodeURIComponent(own)) : null;
}
/** The deal, as a link into the CRM where the project says how one looks. @param {Row} row */
function dealName(row) {
  const name = row.name || row.opportunity_id;
  const href = placeInCrm(row.opportunity_id);
  return href ? el("a", { href, rel: "noreferrer" }, name) : name;
}
/** @param {string | null} text */
function reasons(text) {
  return text ? text.split(",").map((reason) => REASONS[/** @type {keyof typeof REASONS} */ (reason.trim())] || words(reason)).join(", ") : "–";
}

const MOVES = ["first_known", "created", "pulled_in", "pushed_in_from_past", "reopened", "increased", "decreased", "transferred", "pushed_out", "lost", "deleted", "won"];
/** What moved in the quarter, or in each of its weeks, in a segment or in all. @param {string} type @param {string} segment */
const moved = (type, segment) => rowsOf("quarter.waterfall").filter((row) => row.period_type === type && (!segment || row.segment === segment));
/** In the order of a waterfall; what is zero and moves nothing is left out. @param {Row[]} rows */
function ordered(rows) {
  const order = ["opening", ...MOVES, "closing"];
  return rows.filter((row) => row.amount !== 0 || row.movement === "opening" || row.movement === "closing")
    .sort((a, b) => order.indexOf(a.movement) - order.indexOf(b.movement));
}
/** The company first. @param {Row[]} rows @returns {string[]} */
function scopes(rows) {
  return [...new Set(rows.map((row) => row.segment))].sort((a, b) => (a === "all" ? -1 : b === "all" ? 1 : a < b ? -1 : 1));
}
/** @param {number} value */
const tickShare = (value) => fixed(value * 100, 0) + NO_BREAK + "%";
/** @param {Row[]} rows */
function byStage(rows) { return [...rows].sort((a, b) => stageOrder(a.stage_id) - stageOrder(b.stage_id)); }
/** @param {string | null} text */
function sentence(text) { return text ? text.charAt(0).toUpperCase() + text.slice(1) : "–"; }

/** Words beside a chart, none upon another. @param {{value: number, text: string, fill: string, at?: number}[]} ends @param {number} gap */
function apart(ends, gap) {
  ends.sort((a, b) => b.value - a.value);
  ends.forEach((end, i) => { end.at = i ? Math.min(end.value, (ends[i - 1].at ?? 0) - gap) : end.value; });
  return ends;
}

/** @param {Row[]} rows @param {number} width */
function spark(rows, width) {
  const last = rows[rows.length - 1];
  return Plot.plot({
    width, height: 58, margin: 6, style: STYLE, axis: null, x: { type: "utc" }, y: { nice: false, zero: false },
    marks: [
      Plot.lineY(rows, { x: (/** @type {Row} */ row) => asDay(row.period_start), y: "metric_value", stroke: "var(--accent)", strokeWidth: 2 }),
      Plot.dot([last], { x: (/** @type {Row} */ row) => asDay(row.period_start), y: "metric_value", fill: "var(--accent)", r: 3.5 }),
    ],
  });
}
