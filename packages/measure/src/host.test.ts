import { describeMachine } from "@pare/engine";
import { describe, expect, it } from "vitest";
import { hostOf } from "./host.ts";

const machine = describeMachine();
const runtime = { version: "1.30.0", backends: ["cpu"] };

describe("hostOf", () => {
  const { fingerprint } = hostOf(machine, runtime);

  it("gives the same fingerprint for the same host", () => {
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(hostOf(describeMachine(), { ...runtime }).fingerprint).toBe(fingerprint);
  });

  it.each([
    ["processor", { ...machine, cpu: "another" }, runtime],
    ["share of processors", { ...machine, cpus: { ...machine.cpus, threads: 99 } }, runtime],
    ["memory", { ...machine, memoryBytes: 1 }, runtime],
    ["Node", { ...machine, node: "v0.0.0" }, runtime],
    ["runtime", machine, { ...runtime, version: "0.0.0" }],
  ])("gives another for another %s", (_, other, otherRuntime) => {
    expect(hostOf(other, otherRuntime).fingerprint).not.toBe(fingerprint);
  });
});
