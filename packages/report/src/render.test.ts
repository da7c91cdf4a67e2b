import { expect, test } from "vitest";
import { record } from "../testing/example-record.ts";
import { renderMarkdown } from "./markdown.ts";
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

test("what only one of the models has is shown with a dash", () => {
  const lines = renderTable({ ...record, result: { ...record.result, metrics: [] }, comparisons: [] }).split("\n");
  expect(lines.find((line) => line.startsWith("accuracy"))).toMatch(/91\.20 % \(90\.00 to 92\.00\)\s+–$/);
});
