import { describe, expect, it } from "vitest";
import { defaultTarget, targets } from "./catalog.ts";
import { targetSchema } from "./target.ts";

describe("ready targets", () => {
  it.each([...targets])("%s is under its own name, and valid as a file", (name, target) => {
    expect(target.name).toBe(name);
    expect(targetSchema.parse(JSON.parse(JSON.stringify(target)))).toEqual(target);
  });

  it("say so where there are no integer kernels", () => {
    for (const name of ["webgpu", "cuda", "tfjs"]) {
      expect(targets.get(name)!.operators).toEqual({});
      expect(targets.get(name)!.notes.join()).toMatch(/no int8 kernels|float32/);
    }
  });

  it("7-bit weights where pairs of products saturate", () => {
    expect(targets.get("cpu-x64-avx2")!.weight.bits).toBe(7);
    expect(targets.get("cpu-x64-vnni")!.weight.bits).toBe(8);
  });
});

describe("the target for a processor", () => {
  it.each([
    [["AVX2", "AVX-512F", "AVX512_VNNI"], "cpu-x64-vnni"],
    [["avx2", "avx_vnni"], "cpu-x64-vnni"],
    [["AVX2", "AMX-INT8"], "cpu-x64-vnni"],
    [["AVX2", "AVX-512F"], "cpu-x64-avx2"],
    [["dot product", "FP16"], "cpu-arm64"],
    [[], "cpu-x64-avx2"],
  ])("%j", (features, name) => {
    expect(defaultTarget(features).name).toBe(name);
  });
});
