import { execFile, execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { cli } from "../support/pare.ts";

/** What continuous integration does, with real commits in a repository of its own, as far as it goes without GitHub. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const script = join(root, "scripts/ci/compare-commits.sh");
const folder = mkdtempSync(join(tmpdir(), "pare-ci-"));
const repository = join(folder, "repository");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = {
  ...process.env,
  PARE: `${process.execPath} ${cli}`,
  PARE_CACHE_DIR: join(folder, "cache"),
  GITHUB_ACTIONS: "true",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

const git = (...args: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
    cwd: repository,
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();

const recipe = (steps: string, gates: readonly string[]) => `version: 1
name: ci
model: model.onnx
data:
  test: { generated: glyphs, samples: 200 }
  input: { mean: [0.5], std: [0.25] }
evaluate: [accuracy.top1]
steps: ${steps}
measure:
  - { name: online, budget: 0.5 }
gates:
${gates.map((gate) => `  - ${gate}\n`).join("")}`;

function commit(steps: string, gates: readonly string[], message: string): string {
  mkdirSync(join(repository, "models"), { recursive: true });
  writeFileSync(join(repository, "models/recipe.yaml"), recipe(steps, gates));
  git("add", ".");
  git("commit", "-qm", message);
  return git("rev-parse", "HEAD");
}

function compareCommits(base: string, name: string) {
  const out = join(folder, name);
  const run = spawnSync(script, ["models/recipe.yaml", base, out], { cwd: repository, encoding: "utf8", env });
  const read = (file: string) => readFileSync(join(out, file), "utf8");
  return { code: run.status, text: run.stdout, err: run.stderr, out, read };
}

const gates = ["size.file <= base.size.file", "accuracy.top1 >= original.accuracy.top1 - 0.05"];
let first = "";
let second = "";

beforeAll(() => {
  mkdirSync(join(repository, "models"), { recursive: true });
  copyFileSync(join(root, "recipes/quickstart.onnx"), join(repository, "models/model.onnx"));
  git("init", "-q");
  first = commit("[simplify]", gates, "simplified");
  second = commit("[]", gates, "not simplified any more");
});

test("the first commit has no base: its gates are skipped, the comment says so, nothing fails", () => {
  git("checkout", "-q", first);
  for (const [base, name, why] of [
    ["0".repeat(40), "zeros", "this is the first commit"],
    ["1".repeat(40), "unknown", "the base commit is not to be had"],
  ] as const) {
    const { code, read } = compareCommits(base, name);
    expect(code).toBe(0);
    expect(read("comment.md")).toContain(`Nothing to compare with: ${why}. Gates on \`base.\` are skipped.`);
    expect(read("comment.md")).toContain("| ➖ skipped | size.file");
  }
});

test("a commit that makes the model larger is worse, and its gate fails", () => {
  git("checkout", "-q", second);
  const { code, text, read, out } = compareCommits(first, "worse");
  expect(code).toBe(1);
  // Its load time may be called worse too, and truly: the runtime has batch-norms to fold that `simplify` had folded.
  expect(read("comment.md")).toMatch(/^### pare: worse: .*\bsize\.file\b/);
  expect(read("comment.md")).toContain("| ❌ fail | size.file");
  expect(text).toContain("::error title=ci%3A gate failed::size.file <= base.size.file: ");
  expect(text).toContain(`::error title=pare::models/recipe.yaml: worse than ${first.slice(0, 12)}`);
  expect(read("report.html")).toContain("<h1>2 runs</h1>");
  expect(existsSync(join(out, "tree"))).toBe(false);
  expect(git("worktree", "list").split("\n")).toHaveLength(1);
});

test("the other way round nothing fails", () => {
  git("checkout", "-q", first);
  const { code, read } = compareCommits(second, "better");
  expect(code).toBe(0);
  expect(read("comment.md")).toContain("| ✅ pass | size.file");
});

test("a recipe that does not run is bad input here, and no base there", () => {
  git("checkout", "-q", first);
  const broken = commit("[no-such-step]", [], "broken");
  expect(compareCommits(first, "broken").code).toBe(2);
  git("checkout", "-q", first);
  const { code, read } = compareCommits(broken, "broken-base");
  expect(code).toBe(0);
  expect(read("comment.md")).toContain("the recipe does not run on the base commit");
});

test("the plain form of docs/ci.md does what it says", () => {
  const [, plain] = /```bash\n([\s\S]*?)```/.exec(readFileSync(join(root, "docs/ci.md"), "utf8"))!;
  const text = `set -e\nnpx() { shift; ${env.PARE} "$@"; }\n${plain!.replaceAll("recipe.yaml", "models/recipe.yaml")}`;
  git("checkout", "-q", second);
  const worse = spawnSync("bash", ["-c", text], { cwd: repository, encoding: "utf8", env: { ...env, BASE: first } });
  expect(worse).toMatchObject({ status: 1 });
  expect(worse.stdout).toMatch(/^fail {9}size\.file <= base\.size\.file$/m);
  git("worktree", "remove", "--force", ".pare-ci/tree");
  rmSync(join(repository, ".pare-ci"), { recursive: true });
  git("checkout", "-q", first);
  const fine = spawnSync("bash", ["-c", text], { cwd: repository, encoding: "utf8", env: { ...env, BASE: second } });
  expect(fine).toMatchObject({ status: 0 });
  expect(readFileSync(join(repository, ".pare-ci/comment.md"), "utf8")).toMatch(/^### pare: /);
  expect(readFileSync(join(repository, ".pare-ci/junit.xml"), "utf8")).toContain("<testsuites");
});

test("one comment: written first, then brought up to date, among those of others", async () => {
  const comments = Array.from({ length: 100 }, (_, i) => ({ id: i, body: "of another" }));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://localhost");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const content = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
    const answer = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.headers.authorization !== "Bearer secret") return answer(403, {});
    const of = /^\/repos\/o\/r\/issues\/comments\/(\d+)$/.exec(pathname);
    if (request.method === "PATCH" && of !== null) return answer(200, Object.assign(comments[Number(of[1])]!, content));
    if (pathname !== "/repos/o/r/issues/7/comments") return answer(404, {});
    if (request.method === "POST") return answer(201, comments.push({ id: comments.length, body: content.body }));
    const page = Number(searchParams.get("page"));
    answer(200, comments.slice((page - 1) * 100, page * 100));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(folder, "text.md");
  const post = (text: string, token = "secret") => {
    writeFileSync(file, text);
    const args = [join(root, "scripts/ci/comment.mjs"), "o/r", "7", "models/recipe.yaml", file];
    const options = { env: { ...env, GITHUB_API_URL: api, GITHUB_TOKEN: token } };
    // Not synchronous: the server is in this process.
    return new Promise<{ code: number; out: string; err: string }>((done) =>
      execFile(process.execPath, args, options, (error, out, err) =>
        done({ code: Number(error?.code ?? 0), out, err }),
      ),
    );
  };
  expect(await post("first")).toMatchObject({ code: 0, out: "Commented.\n" });
  expect(await post(`second\n${"x".repeat(70_000)}`)).toMatchObject({
    code: 0,
    out: "Brought the comment up to date.\n",
  });
  expect(comments).toHaveLength(101);
  expect(comments[100]!.body).toMatch(/^<!-- pare: models\/recipe\.yaml -->\nsecond\n/);
  expect(comments[100]!.body.length).toBeLessThan(65_536);
  const refused = await post("third", "wrong");
  expect(refused.code).toBe(3);
  expect(refused.err).toContain("pull-requests: write");
  server.close();
});

test("the action is YAML that uses what is there", () => {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8"));
  expect(action.runs.using).toBe("composite");
  const text = JSON.stringify(action);
  for (const [, input] of text.matchAll(/inputs\.([a-z]+)/g)) expect(Object.keys(action.inputs)).toContain(input);
  for (const [, path] of text.matchAll(/GITHUB_ACTION_PATH\/([\w./-]+)/g))
    expect(existsSync(join(root, path!)), path).toBe(true);
  for (const step of action.runs.steps) expect(step.shell).toBe("bash");
});
