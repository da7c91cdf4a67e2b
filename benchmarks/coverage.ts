// How often the program's 95 % intervals hold the true value: 2,000 draws of each case. Exits 1 where one is out of
// range. Usage: npm run bench:coverage [-- <draws>]
import { coverageCases, coverageOf } from "./coverage/cases.ts";

const draws = Number(process.argv[2] ?? 2000);
let failed = 0;
console.log(`${"case".padEnd(48)} coverage    range        mean width`);
for (const each of coverageCases) {
  const { share, width } = coverageOf(each, draws, 20_260);
  const isInside = share >= each.range[0] && share <= each.range[1];
  if (!isInside) failed++;
  const range = each.range.map((limit) => `${(100 * limit).toFixed(0)}`).join("–");
  const verdict = isInside ? "" : "  OUT OF RANGE";
  console.log(
    `${each.name.padEnd(48)} ${(100 * share).toFixed(2)} %     ${range} %      ${width.toPrecision(3)}${verdict}`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
