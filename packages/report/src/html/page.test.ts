import { expect, test } from "vitest";
import { fullRecord, record } from "../../testing/example-record.ts";
import { renderHtml } from "../html.ts";
import { readRecord } from "../read-record.ts";

test("the page holds everything that the record has, and loads and runs nothing", async () => {
  const text = await renderHtml([fullRecord]);
  for (const id of [
    "comparison",
    "gates",
    "mistakes",
    "tradeoff",
    "latency",
    "nodes",
    "tensors",
    "steps",
    "environment",
    "recipe",
  ])
    expect(text).toContain(`<h2 id="${id}">`);
  expect(text).not.toMatch(/<script|<link|<img|<iframe|\bon[a-z]+="|url\(|https?:/i);
  expect(text).toContain("default-src 'none'");
  expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test("every chart says in words what it shows, every table has a caption and headings", async () => {
  const text = await renderHtml([fullRecord]);
  const charts = text.match(/<svg class="chart"[^>]*>/g) ?? [];
  expect(charts).toHaveLength(3);
  for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]{30,}"/);
  expect(charts[0]).toContain(
    'aria-label="accuracy.top1 against latency.online.p50, ms. original: 91.20 % at 0.570 ms; result: 90.80 % at 0.420 ms. ' +
      'On the Pareto front: result, original."',
  );
  const tables = text.split('<table role="table">').slice(1);
  for (const table of tables) expect(table).toMatch(/^\s*<caption>[\s\S]*scope="col"[\s\S]*scope="row"/);
});

test("what a record lacks has no section", async () => {
  const text = await renderHtml([record]);
  for (const id of ["gates", "mistakes", "latency", "nodes", "tensors", "recipe"])
    expect(text).not.toContain(`<h2 id="${id}">`);
});

test("names from files cannot become markup", async () => {
  const evil = `"><script>alert(1)</script>&'\u0000\uD800`;
  const dangerous = JSON.parse(JSON.stringify(fullRecord), (_, value) =>
    typeof value === "string" && /^[a-z/.]/i.test(value) && !/^[a-z-]+$/.test(value) ? `${value}${evil}` : value,
  );
  const text = await renderHtml([dangerous, fullRecord]);
  expect(text).not.toContain("<script");
  expect(text).toContain("&lt;script&gt;");
});

test("several records are put beside each other", async () => {
  const slower = {
    ...fullRecord,
    run: { ...fullRecord.run, id: "ffff-2" },
    comparisons: [{ ...fullRecord.comparisons[1]!, value: 1.2 }],
  };
  const text = await renderHtml([fullRecord, slower]);
  expect(text).toContain("<h1>2 runs</h1>");
  expect(text).toContain('<details class="run" id="run-2"><summary>quickstart ffff-2: 34 → 20 nodes');
  expect(text).toContain("quickstart ffff-2: 90.80 % at × 1.20. On the Pareto front: quickstart 0123abcd-1, original.");
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("runs of several models get a plot for each model that has more than one; runs of one name and id their time", async () => {
  const other = (sha256: string, startedAt: string) => ({
    ...fullRecord,
    run: { ...fullRecord.run, startedAt },
    original: { ...fullRecord.original, sha256, file: `models/${sha256}.onnx` },
  });
  const a = [other("a1", "2026-11-20T10:00:01Z"), other("a1", "2026-11-20T10:00:02Z")];
  const b = [other("b1", "2026-11-20T10:00:03Z"), other("b1", "2026-11-20T10:00:04Z")];
  const text = await renderHtml([...a, other("c1", "2026-11-20T10:00:05Z"), ...b]);
  const overview = text.slice(0, text.indexOf('id="details"'));
  expect(overview.match(/<figcaption>.*?<\/figcaption>/g)).toEqual([
    "<figcaption>accuracy.top1 against latency.online.p50, a1.onnx</figcaption>",
    "<figcaption>accuracy.top1 against latency.online.p50, b1.onnx</figcaption>",
  ]);
  expect(overview).toContain("quickstart 0123abcd-1, 10:00:04</a>");
});

test("a record that went through a file renders to the same page", async () => {
  const text = JSON.stringify(fullRecord);
  expect(await renderHtml([await readRecord(text, "record.json")])).toBe(await renderHtml([fullRecord]));
});

test("where it cannot be told, the verdict says which effect would have been seen", async () => {
  expect(await renderHtml([fullRecord])).toContain('cannot tell<span class="range">seen from −0.60 pp</span>');
});

test("a verdict that rests on the noise floor says how high that is", async () => {
  const metric = { name: "start.load", unit: "ms", better: "lower", value: 10, samples: 6 } as const;
  const start = {
    ...{ metric: "start.load", kind: "ratio", value: 1.04, verdict: "same", noiseFloor: 0.28 },
    interval: { low: 0.95, high: 1.09, confidence: 0.95 },
  } as const;
  const { original, result, comparisons } = fullRecord;
  const record = {
    ...fullRecord,
    original: { ...original, metrics: [...original.metrics, metric] },
    result: { ...result, metrics: [...result.metrics, metric] },
    comparisons: [...comparisons, start],
  };
  const text = await renderHtml([await readRecord(JSON.stringify(record), "record.json")]);
  expect(text).toContain('same<span class="range">noise floor 28.0 %</span>');
});

test("mistakes: the confusions of both models, the matrix, the worst samples", async () => {
  const text = await renderHtml([fullRecord]);
  expect(text).toContain("<code>cat → dog</code>");
  expect(text).toContain('<span class="heat wrong" style="--share:15%">94</span>');
  expect(text).toContain("result: a row for each true class, a column for each prediction");
  expect(text).toContain("<code>dog/0017.png</code>");
  expect(text).toContain("signal-to-noise ratio 18.3 dB");
});

test("a metric that is no number any more is said to be none, and breaks no chart", async () => {
  const metrics = fullRecord.result.metrics.map((metric) => {
    const { interval: _, ...bare } = metric;
    return metric.name === "accuracy.top1" ? { ...bare, value: Number.NaN } : metric;
  });
  const text = await renderHtml([{ ...fullRecord, result: { ...fullRecord.result, metrics }, comparisons: [] }]);
  expect(text).toContain("not a number");
  expect(text).toContain("no number any more");
  expect(text).not.toMatch(/NaN/);
});
