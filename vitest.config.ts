import { defineConfig } from "vitest/config";

/** Tests read the sources of every workspace package (export condition "source"), not their build. */
const resolve = { conditions: ["source"] };
const ssr = { resolve: { conditions: ["source"] } };

/** ONNX Runtime's process is a program of its own. */
const globalSetup = "./test/setup-host.ts";

export default defineConfig({
  test: {
    // One less by default, which is half of them where there are two.
    maxWorkers: "100%",
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "fast",
          // Modules are loaded once a worker, not once a file: no test keeps state in them.
          isolate: false,
          globalSetup,
          include: ["packages/*/src/**/*.test.ts", "src/**/*.test.ts", "test/*.test.ts"],
          // What takes seconds, where it has to stand beside its source.
          exclude: ["**/*.slow.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "slow",
          globalSetup,
          include: ["test/slow/**/*.test.ts", "packages/*/src/**/*.slow.test.ts", "src/**/*.slow.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
