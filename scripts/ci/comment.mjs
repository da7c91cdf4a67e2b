// One comment on a pull request, written or brought up to date: a hidden first line tells it apart from all others.
// Usage: node comment.mjs <owner/repository> <pull request> <name> <markdown file>
// GITHUB_TOKEN: may write to pull requests. GITHUB_API_URL: default https://api.github.com.
import { readFileSync } from "node:fs";

const [repository, number, name, file] = process.argv.slice(2);
if (file === undefined) {
  console.error("Usage: node comment.mjs <owner/repository> <pull request> <name> <markdown file>");
  process.exit(2);
}
const { GITHUB_TOKEN: token = "", GITHUB_API_URL: api = "https://api.github.com" } = process.env;
const pageSize = 100;
/** What GitHub takes at most is 65,536 characters. */
const limit = 60_000;

const marker = `<!-- pare: ${name.replaceAll("--", "")} -->`;
const text = readFileSync(file, "utf8");
const whole =
  text.length <= limit
    ? text
    : `${text.slice(0, text.lastIndexOf("\n", limit))}\n\nShortened: the job summary has all.\n`;
const body = `${marker}\n${whole}`;

const issues = `${api}/repos/${repository}/issues`;
const known = await find();
if (known === undefined) await ask("POST", `${issues}/${number}/comments`, { body });
else await ask("PATCH", `${issues}/comments/${known}`, { body });
console.log(known === undefined ? "Commented." : "Brought the comment up to date.");

/** The id of the comment that an earlier run wrote. */
async function find() {
  for (let page = 1; ; page++) {
    const comments = await ask("GET", `${issues}/${number}/comments?per_page=${pageSize}&page=${page}`);
    const found = comments.find((comment) => comment.body?.startsWith(marker));
    if (found !== undefined) return found.id;
    if (comments.length < pageSize) return undefined;
  }
}

async function ask(method, url, content) {
  const response = await fetch(url, {
    method,
    headers: { accept: "application/vnd.github+json", authorization: `Bearer ${token}`, "user-agent": "pare" },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  }).catch((error) => {
    console.error(`${api} cannot be reached: ${error.cause?.message ?? error.message}.`);
    process.exit(3);
  });
  if (response.ok) return await response.json();
  const hint =
    response.status === 403 || response.status === 401
      ? " GITHUB_TOKEN must be allowed to write: the job needs `permissions: { pull-requests: write }`."
      : "";
  console.error(`GitHub answered ${response.status} to ${method} ${new URL(url).pathname}.${hint}`);
  process.exit(3);
}
