import type { Interval, Metric, Unit } from "./record.ts";

/** 950 → "950 B", 1 234 567 → "1.23 MB": decimal units, three significant digits. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, ["B", "kB", "MB", "GB", "TB"]);
}

/** 1 234 → "1 234", 12 345 678 → "12.3 M". */
export function formatCount(count: number): string {
  return count < 100_000 ? grouped(count) : scaled(count, ["", "k", "M", "G", "T", "P"]);
}

function scaled(amount: number, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  // 999.5 would print as "1000": it belongs to the next unit.
  for (; Math.abs(value) >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : significant(value)} ${units[unit]}`.trimEnd();
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Three significant digits without an exponent: 0.0123, 1.23, 12.3, 123, 1234. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const rounded = Math.abs(Number(value.toPrecision(3)));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(rounded)));
  return value.toFixed(Math.min(digits, 12));
}

/** 250 → "250 ms", 2 500 → "2.5 s", 150 000 → "2 min 30 s". */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * A value of a metric: ratios as per cent, times in ms; "not a number" and ∞ in words.
 * @param decimals of a value without a unit; default, four significant digits
 */
export function formatQuantity(value: number, unit: Unit, decimals?: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  switch (unit) {
    case "ratio":
      return `${(value * 100).toFixed(2)} %`;
    case "ms":
      return `${significant(value)} ms`;
    case "per-second":
      return `${significant(value)} /s`;
    case "bytes":
      return formatBytes(value);
    case "count":
      return formatCount(value);
    case "nats":
    case "bits":
      return value.toFixed(4);
    case "db":
      return `${value.toFixed(1)} dB`;
    case "plain":
      return decimals === undefined ? fourDigits(value) : value.toFixed(decimals);
  }
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
}

/** 0.9876, 12.35, 12345.6789 → 12346: never with an exponent. */
function fourDigits(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(4))))));
  return value.toFixed(Math.min(digits, 12));
}

/** As many decimals as show two digits of the interval's width: 0.0004 → 5. Undefined where it has none. */
export function decimalsOf(interval: Interval | undefined): number | undefined {
  const width = interval === undefined ? 0 : interval.high - interval.low;
  if (!Number.isFinite(width) || width <= 0) return undefined;
  return Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(width))));
}

/** "91.20 % (89.97 to 92.31)". */
export function formatMetric(metric: Metric): string {
  const decimals = decimalsOf(metric.interval);
  const text = formatQuantity(metric.value, metric.unit, decimals);
  if (metric.interval === undefined || !Number.isFinite(metric.value)) return text;
  const bare = (value: number) => formatQuantity(value, metric.unit, decimals).replace(/(\d) [^ ]+$/, "$1");
  return `${text} (${bare(metric.interval.low)} to ${bare(metric.interval.high)})`;
}

/** result ÷ original as a change: 0.5 → "−50.0 %", 1 → "same". */
export function formatChange(original: number, result: number): string {
  if (Object.is(original, result)) return "same";
  if (!Number.isFinite(original) || !Number.isFinite(result)) return "";
  if (original === 0) return "new";
  return signed(((result - original) / original) * 100, 1, " %");
}

/** A typographic minus, and a plus that says it is a difference. */
export function signed(value: number, digits: number, unit = ""): string {
  const rounded = Math.abs(value).toFixed(digits);
  const sign = Number(rounded) === 0 ? "±" : value < 0 ? "−" : "+";
  return `${sign}${rounded}${unit}`;
}
