export { formatBytes, formatChange, formatCount, formatDuration, formatMetric, significant } from "./format.ts";
export { headline, renderMarkdown } from "./markdown.ts";
export * from "./record.ts";
export { comparisonRows, type Row } from "./rows.ts";
export { alignColumns, renderTable } from "./table.ts";
