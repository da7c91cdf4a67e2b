import { readFileSync } from "node:fs";

/** The folder of the installed package: both `src` and `dist` lie directly in it. */
export const packageFolder = new URL("../", import.meta.url);

/** The tool's version, from its package.json. */
export function toolVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("package.json", packageFolder), "utf8")) as { version: string };
  return version;
}
