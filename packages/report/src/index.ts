export { renderAnnotations } from "./annotations.ts";
export { decidingFloor } from "./deciding-floor.ts";
export {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatMetric,
  formatQuantity,
  signed,
  significant,
} from "./format.ts";
export { renderGates } from "./gate-text.ts";
export { renderHtml, renderSvg } from "./html.ts";
export { type JunitOptions, renderJunit } from "./junit.ts";
export { headline, type MarkdownOptions, markdownLimit, renderMarkdown } from "./markdown.ts";
export { deviceRemarks, nodeTimeHeader, nodeTimeRows } from "./node-times.ts";
export { readRecord } from "./read-record.ts";
export * from "./record.ts";
export { recordText } from "./record-text.ts";
export { comparisonRows, formatComparison, type Row } from "./rows.ts";
export { noiseText, searchCaption, searchHeader, searchRows } from "./search.ts";
export { sensitivityCaption, sensitivityRows } from "./sensitivity.ts";
export { alignColumns, fitColumns, renderTable } from "./table.ts";
export { renderTrainings } from "./training.ts";
export { wrap, wrapIndented } from "./wrap.ts";
