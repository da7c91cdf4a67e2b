import type { Environment } from "@pare/report";
import { expect, it } from "vitest";
import { differenceText, hostDifferences } from "./host-differences.ts";

const host: NonNullable<Environment["host"]> = {
  ...{ system: "Linux 6.1 x86_64", governor: "performance", load: 0.1 },
  ...{ cores: { logical: 8, allowed: 8, quota: null }, memory: { bytes: 16e9, limitBytes: null } },
};
const here: Environment = {
  ...{
    pare: "1",
    node: "20.1.0",
    runtime: { name: "ort", version: "1.20" },
    os: "linux",
    arch: "x64",
    memoryBytes: 16e9,
  },
  ...{ cpu: { model: "A", processors: 8, features: ["AVX2"] }, host },
};

it("names each item that differs, with both values", () => {
  const there = { ...here, host: { ...host, governor: "powersave", cores: { ...host.cores, quota: 1.5 } } };
  expect(differenceText(hostDifferences(here, there))).toBe(
    "the container's processors (unlimited and 1.5), governor (performance and powersave)",
  );
  const other = { ...here, cpu: { ...here.cpu, features: [] }, node: "22.0.0" };
  expect(hostDifferences(here, other).map(({ item }) => item)).toEqual(["processor features", "Node.js"]);
});

it("takes load, a little memory and what is not known for no difference", () => {
  const busy = { ...here, host: { ...host, load: 9, memory: { bytes: 15.9e9, limitBytes: null } } };
  expect(hostDifferences(here, busy)).toEqual([]);
  const { host: _, ...old } = here;
  expect(hostDifferences(here, old)).toEqual([]);
});
