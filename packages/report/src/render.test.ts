import { expect, test } from "vitest";
import { fullRecord, record } from "../testing/example-record.ts";
import { renderSvg } from "./html.ts";
import { markdownLimit, renderMarkdown } from "./markdown.ts";
import { renderTable } from "./table.ts";

test("the table for the terminal moves intervals below their values where 80 columns are too few", () => {
  expect(renderTable(record)).toMatchInlineSnapshot(`
    "                            original            result            change
    ────────────────────────────────────────────────────────────────────────
    accuracy.top1                91.20 %           91.20 %          ±0.00 pp
                        (90.00 to 92.00)  (90.00 to 92.00)  (−0.10 to +0.10)
    latency.online.p50          0.570 ms          0.570 ms           × 0.970
                        (0.560 to 0.580)  (0.560 to 0.580)  (0.950 to 0.990)
    size                          213 kB            210 kB            −1.6 %
    nodes                             34                20           −41.2 %
    parameters                    52 000            52 000              same
    MACs                          1.20 M            1.20 M              same
    "
  `);
});

test("a wide terminal keeps them on one line", () => {
  const line = renderTable(record, 120).split("\n")[2];
  expect(line).toMatchInlineSnapshot(
    `"accuracy.top1        91.20 % (90.00 to 92.00)   91.20 % (90.00 to 92.00)  ±0.00 pp (−0.10 to +0.10)"`,
  );
});

test("the Markdown shows the comparison, the steps and the place, and escapes names", () => {
  expect(renderMarkdown(record)).toMatchInlineSnapshot(`
    "## quick\\|start: 34 → 20 nodes, 213 kB → 210 kB

    | | original | result | change |
    |---|---:|---:|---:|
    | accuracy.top1 | 91.20 % (90.00 to 92.00) | 91.20 % (90.00 to 92.00) | ±0.00 pp (−0.10 to +0.10) |
    | latency.online.p50 | 0.570 ms (0.560 to 0.580) | 0.570 ms (0.560 to 0.580) | × 0.970 (0.950 to 0.990) |
    | size | 213 kB | 210 kB | −1.6 % |
    | nodes | 34 | 20 | −41.2 % |
    | parameters | 52 000 | 52 000 | same |
    | MACs | 1.20 M | 1.20 M | same |

    In brackets: 95 % confidence intervals.

    \`\`\`text
    latency.online.p50  original  ████████████████████████  0.570 ms
                        result    ████████████████████████  0.570 ms
    size                original  ████████████████████████  213 kB
                        result    ███████████████████████▋  210 kB
    \`\`\`

    ### Steps

    - **simplify**: 34 → 20 nodes in 120 ms
      - folded 7 batch normalisations
      - left alone: Pad \\<p1\\>: its mode is not constant

    ### Where

    - Some CPU (avx2), 2 processors, 8.00 GB memory
    - pare 0.1.0, onnxruntime-node 1.30.0, Node.js 20.20.2, linux x64
    - test data: generated glyphs, seed 1, 2000 samples

    <sub>Run 0123abcd-1 · recipe bbbbbbbbbbbb · result dddddddddddd · 2026-11-20T10:00:00.000Z</sub>
    "
  `);
});

test("Markdown fits a comment whatever a run did: notes go first, then the end", () => {
  const [step] = record.steps;
  const notes = Array.from({ length: 2000 }, (_, i) => ({
    kind: "changed" as const,
    text: `${i} ${"long ".repeat(20)}`,
  }));
  const long = renderMarkdown({ ...record, steps: [{ ...step!, notes }] });
  expect(long.length).toBeLessThan(5000);
  expect(long).toContain("- **simplify**: 34 → 20 nodes in 120 ms\n\n### Where");
  const longer = renderMarkdown({ ...record, steps: Array.from({ length: 3000 }, () => step!) });
  expect(longer.length).toBeLessThan(markdownLimit + 100);
  expect(longer).toMatch(/Shortened: report\.html has all\.\n$/);
});

test("a drawing beside the Markdown is shown", () => {
  expect(renderMarkdown(record, { drawing: "a report.svg" })).toContain("(a%20report.svg)");
});

test("the drawing is one SVG file that says in words what it shows", async () => {
  const svg = await renderSvg(fullRecord);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 928 /);
  expect(svg?.match(/<svg class="chart"/g)).toHaveLength(3);
  expect(svg).toContain("<title>quickstart: accuracy.top1 against latency.online.p50; online: how long runs took;");
  expect(svg).not.toMatch(/NaN|undefined|<script/);
  expect(await renderSvg({ ...record, result: { ...record.result, metrics: [] } })).toBeUndefined();
});

test("what only one of the models has is shown with a dash", () => {
  const lines = renderTable({ ...record, result: { ...record.result, metrics: [] }, comparisons: [] }).split("\n");
  expect(lines.find((line) => line.startsWith("accuracy"))).toMatch(/91\.20 % \(90\.00 to 92\.00\)\s+–$/);
});
