import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What decides which kernels a runtime can take, above all for 8-bit integers. */
export interface CpuFeature {
  readonly name: string;
  readonly present: boolean;
  /** What it is good for. */
  readonly use: string;
}

interface Known {
  readonly name: string;
  readonly use: string;
  /** The word in Linux's /proc/cpuinfo. */
  readonly flag: string;
  /** The name in macOS's sysctl, under hw.optional. */
  readonly sysctl: string;
}

const x64: readonly Known[] = [
  { name: "AVX2", use: "vector kernels", flag: "avx2", sysctl: "avx2_0" },
  { name: "AVX-512F", use: "wider vector kernels", flag: "avx512f", sysctl: "avx512f" },
  { name: "AVX512_VNNI", use: "fast int8, without saturation", flag: "avx512_vnni", sysctl: "avx512vnni" },
  { name: "AVX_VNNI", use: "fast int8, without saturation", flag: "avx_vnni", sysctl: "avx_vnni" },
  { name: "AMX-INT8", use: "int8 matrix tiles", flag: "amx_int8", sysctl: "amx_int8" },
  { name: "AVX512_BF16", use: "bfloat16 products", flag: "avx512_bf16", sysctl: "avx512_bf16" },
];

const arm64: readonly Known[] = [
  { name: "dot product", use: "fast int8", flag: "asimddp", sysctl: "arm.FEAT_DotProd" },
  { name: "I8MM", use: "int8 matrix products", flag: "i8mm", sysctl: "arm.FEAT_I8MM" },
  { name: "FP16", use: "float16 arithmetic", flag: "asimdhp", sysctl: "arm.FEAT_FP16" },
  { name: "BF16", use: "bfloat16 products", flag: "bf16", sysctl: "arm.FEAT_BF16" },
  { name: "SVE", use: "scalable vectors", flag: "sve", sysctl: "arm.FEAT_SVE" },
];

/** The features of this processor that matter; undefined where the system does not tell. */
export function cpuFeatures(): readonly CpuFeature[] | undefined {
  const known = process.arch === "x64" ? x64 : process.arch === "arm64" ? arm64 : undefined;
  if (known === undefined) return undefined;
  if (process.platform === "linux") return linuxFeatures(readFileSync("/proc/cpuinfo", "utf8"), known);
  if (process.platform === "darwin") return known.map((feature) => ({ ...shown(feature), present: sysctl(feature) }));
  return undefined;
}

/** The words of the first processor's "flags" (x64) or "Features" (arm64) line. */
export function linuxFeatures(cpuinfo: string, known: readonly Known[] = [...x64, ...arm64]): readonly CpuFeature[] {
  const [, line = ""] = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(cpuinfo) ?? [];
  const words = new Set(line.split(" "));
  return known.map((feature) => ({ ...shown(feature), present: words.has(feature.flag) }));
}

function shown({ name, use }: Known): { readonly name: string; readonly use: string } {
  return { name, use };
}

function sysctl({ sysctl: name }: Known): boolean {
  try {
    return (
      execFileSync("sysctl", ["-n", `hw.optional.${name}`], { stdio: "pipe" })
        .toString()
        .trim() === "1"
    );
  } catch {
    return false;
  }
}
