import { defineCommand } from "../terminal/command.ts";

export const doctor = defineCommand({
  name: "doctor",
  arguments: "",
  summary: "Show what works here: devices, processor, memory",
  positionals: {},
  options: {},
  examples: [["pare doctor", "Every device is tried with a small model"]],
  load: async () => (await import("../doctor/command.ts")).doctorCommand,
});
