// @ts-check
"use strict";
// How every number of the pages is written: the same definition, the same rounding, everywhere.

const NO_BREAK = "\u00a0";
const MINUS = "\u2212";
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** @type {Object<string, string>} */
const SIGNS = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };
/** The reporting currency; set by the page. */
let currency = "USD";

/** @param {string} code */
function useCurrency(code) { currency = code; }

/** @param {number} value @param {number} digits */
function fixed(value, digits) {
  const [whole, part] = Math.abs(value).toFixed(digits).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
  return (value < 0 && /[1-9]/.test(text) ? MINUS : "") + text;
}

/** Three digits that count. @param {number} value */
function three(value) {
  const size = Math.abs(value);
  return fixed(value, size === 0 ? 0 : size < 0.09995 ? 4 : size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

/** @param {number} value @param {number | null} digits for the whole amount */
function money(value, digits) {
  const sign = SIGNS[currency] || currency + NO_BREAK;
  const size = Math.abs(value);
  let text;
  if (digits !== null) text = fixed(size, digits);
  else if (size < 999.5) text = fixed(size, 0);
  else if (size < 999500) text = three(size / 1e3) + NO_BREAK + "k";
  else if (size < 999.5e6) text = three(size / 1e6) + NO_BREAK + "M";
  else text = three(size / 1e9) + NO_BREAK + "bn";
  return (value < 0 && /[1-9]/.test(text) ? MINUS : "") + sign + text;
}

/** A day as people write it. @param {string} iso */
function day(iso) {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${date}${NO_BREAK}${MONTHS[month - 1]}${NO_BREAK}${year}`;
}

/** @param {string | number | null | undefined} value @param {string} unit */
function show(value, unit) {
  if (value === null || value === undefined || value === "") return "–";
  if (unit === "day") return day(String(value));
  const number = Number(value);
  if (unit === "cents") return money(number, 2);
  if (unit === "amount") return money(number, 0);
  if (unit.startsWith("currency")) return money(number, null) + unit.slice(8).replace(" per ", " a ");
  if (unit === "points") return fixed(number, 1);
  if (unit === "percentage points") {
    return (number > 0 ? "+" : "") + fixed(number * 100, 1) + NO_BREAK + "points";
  }
  if (unit === "change") return (number > 0 ? "+" : "") + fixed(number * 100, 1) + NO_BREAK + "%";
  if (unit.startsWith("share")) return fixed(number * 100, 1) + NO_BREAK + "%";
  if (unit === "multiple") return fixed(number, 2) + "×";
  if (unit === "count") return fixed(number, 0);
  if (unit === "days" || unit === "months" || unit === "minutes") {
    const rounded = fixed(number, Number.isInteger(number) || Math.abs(number) >= 9.95 ? 0 : 1);
    return rounded + NO_BREAK + (rounded === "1" ? unit.slice(0, -1) : unit);
  }
  if (unit.includes(" per ")) return three(number);
  return fixed(number, 0) + NO_BREAK + unit;
}

const ACRONYMS = new Set(["ceo", "vp", "sdr", "smb", "crm", "arr", "cs"]);

/** Ids that people read: enterprise_east, no_decision, vp_sales. @param {string | null} id */
function words(id) {
  if (!id) return "–";
  const text = id.replace(/_/g, " ").trim().split(" ")
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word)).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** At an axis: no digits that say nothing. @param {number} value */
function tickMoney(value) {
  return money(value, null).replace(/(\.\d*?)0+(?=\D|$)/, "$1").replace(/\.(?=\D|$)/, "");
}
