import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const children = fileURLToPath(new URL("../scripts/children.mjs", import.meta.url));

/** Tests run from sources; what they start as processes and threads is bundled first. */
export function setup(): void {
  const code = `import(${JSON.stringify(children)}).then(({ bundleChildren }) => bundleChildren())`;
  execFileSync(process.execPath, ["-e", code], { stdio: "inherit" });
}
