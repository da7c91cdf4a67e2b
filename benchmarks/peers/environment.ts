import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const quantizers = "benchmarks/peers/requirements.txt";

/**
 * A Python environment with the peers, used for nothing else: made where the folder has none with these versions, with
 * `python3` and the package index that pip is set up for. Returns its interpreter.
 * @param file what is installed
 */
export function pythonEnvironment(folder: string, file = quantizers): string {
  const requirements = resolve(file);
  const python = join(folder, "bin", "python");
  const stamp = join(folder, "requirements.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === readFileSync(requirements, "utf8")) return python;
  execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
  execFileSync(python, install, { stdio: "inherit" });
  copyFileSync(requirements, stamp);
  return python;
}

/** "onnxruntime 1.31.1", … */
export function peerVersions(): readonly string[] {
  return readFileSync(quantizers, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.replace("==", " "));
}
