import { expect, test } from "vitest";
import { cpuFeatures, linuxFeatures } from "./cpu-features.ts";

const presentIn = (cpuinfo: string) =>
  linuxFeatures(cpuinfo)
    .filter(({ present }) => present)
    .map(({ name }) => name);

test("x64: words of the flags line, whole words only", () => {
  const cpuinfo =
    "processor\t: 0\nmodel name\t: Xeon\nflags\t\t: fpu avx avx2 avx512f avx512_vnni\nbugs\t\t: avx_vnni\n";
  expect(presentIn(cpuinfo)).toEqual(["AVX2", "AVX-512F", "AVX512_VNNI"]);
});

test("arm64: the line is called Features", () => {
  expect(presentIn("processor\t: 0\nFeatures\t: fp asimd asimddp i8mm\n")).toEqual(["dot product", "I8MM"]);
});

test("nothing is present where the file says nothing", () => {
  expect(presentIn("")).toEqual([]);
});

test.runIf(process.platform === "linux" && process.arch === "x64")("this machine is told about", () => {
  expect(cpuFeatures()?.map(({ name }) => name)).toContain("AVX512_VNNI");
});
