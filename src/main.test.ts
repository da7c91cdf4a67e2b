import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { commands } from "./commands/index.ts";
import { main } from "./main.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-main-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function pare(...argv: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (lines: string[]) => ({ columns: 80, write: (text: string) => lines.push(text) });
  const code = await main(argv, { out: stream(out), err: stream(err) }, new AbortController().signal);
  return { code, out: out.join(""), err: err.join("") };
}

test.each([
  [["simplfy", "x"], 'USAGE at pare: there is no command "simplfy". Did you mean "simplify"? Commands: run, plan'],
  [[], "USAGE at pare: no command is given. Commands: run, plan"],
  [["run"], "USAGE at pare run: <recipe> is missing. See `pare run --help`."],
  [["run", "a", "b"], 'USAGE at pare run: "b" is one argument too many.'],
  [["quantize", "a", "-o", "b", "--except", "c", "d"], "For several values give --except again before each."],
  [["inspect", "--jsom", "a"], 'USAGE at pare inspect: unknown option --jsom. Did you mean "--json"?'],
  [["run", "a", "--lok", "b"], 'USAGE at pare run: unknown option --lok. Did you mean "--lock"?'],
  [["run", "a", "--out"], "USAGE at pare run: --out needs a value."],
  [["run", "a", "--out", "b", "--out", "c"], "USAGE at pare run: --out is given 2 times. Give it once."],
  [["simplify", "a", "--opset", "new"], "USAGE at pare simplify: --opset is not a number."],
  [["simplify", "a"], "USAGE at pare simplify: one of --out and --suffix is needed"],
  [["simplify", "a", "-o", "b", "--input-shape", "x:1,a"], "USAGE at --input-shape x:1,a: this cannot be read"],
  [["plan", "nowhere.yaml"], "RECIPE_MISSING at nowhere.yaml: there is no such file (expected a recipe in YAML)."],
  [["simplify", "a", "-o", "b", "--opset", "99"], "USAGE at pare simplify: --opset 99 is none that can be reached"],
  [["run", "nowhere.yaml", "--lock", "x"], "RECIPE_MISSING at nowhere.yaml"],
  [["init", "--yes", "--model", "nowhere.onnx"], "MODEL_MISSING at nowhere.onnx: there is no such model."],
  [["init", "--yes"], "USAGE at pare init: --yes needs --model"],
])("pare %j ends with 2 and one message", async (argv, message) => {
  const { code, out, err } = await pare(...argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
});

test("with --json a fault is also on standard output, for programs", async () => {
  const { code, out, err } = await pare("plan", "nowhere.yaml", "--json");
  expect(JSON.parse(out)).toMatchObject({ error: { code: "RECIPE_MISSING", at: "nowhere.yaml" } });
  expect(err).toMatch(/^RECIPE_MISSING/);
  expect(code).toBe(2);
});

test.each(["", ...commands.map(({ name }) => name)])("pare %s --help fits 80 columns", async (name) => {
  const { code, out } = await pare(...(name === "" ? [] : [name]), "--help");
  expect(code).toBe(0);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  for (const command of commands) if (name === "") expect(out).toContain(`pare ${command.name}`);
});

test("every command's help has an example that starts with the command", async () => {
  for (const { name, examples } of commands) {
    expect(examples.length, name).toBeGreaterThan(0);
    for (const [line] of examples) expect(line.startsWith(`pare ${name}`), line).toBe(true);
  }
});

test("the version is the package's", async () => {
  expect((await pare("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a bad file among good ones: an error in its place, the others are shown, exit code 2", async () => {
  const bad = join(folder, "bad.onnx");
  writeFileSync(bad, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  const { code, out } = await pare("inspect", "--json", bad, join(folder, "missing.onnx"));
  expect(code).toBe(2);
  expect(JSON.parse(out)).toMatchObject([
    { file: bad, error: { code: "MODEL_FORMAT" } },
    { file: join(folder, "missing.onnx"), error: { code: "MODEL_MISSING" } },
  ]);
});

test("init writes a recipe that plan would accept, and never over a file", async () => {
  const file = join(folder, "recipe.yaml");
  const first = await pare("init", file, "--yes", "--model", "builtin:quickstart");
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining(`Wrote ${file}`) });
  expect(await pare("init", file, "--yes", "--model", "builtin:quickstart")).toMatchObject({
    code: 2,
    err: `FILE_EXISTS at ${file}: the file exists already. Give another name, or --force to replace it.\n`,
  });
});

test("the schema is JSON with every step in it", async () => {
  const { out } = await pare("schema");
  expect(JSON.stringify(JSON.parse(out))).toContain('"const":"simplify"');
  expect((await pare("schema", "--json")).out).toBe(out);
});
