// How often the program's 95 % intervals hold the true value: 2,000 draws of each case. Exits 1 where one is out of
// range. Usage: npm run bench:coverage [-- <draws> [part of a case's name …]]
import { coverageCases, coverageOf } from "./coverage/cases.ts";

const [count = "2000", ...wanted] = process.argv.slice(2);
const draws = Number(count);
let failed = 0;
console.log(`${"case".padEnd(48)} coverage    range        mean width`);
for (const each of coverageCases) {
  if (wanted.length > 0 && !wanted.some((part) => each.name.includes(part))) continue;
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
