import { expect, test } from "vitest";
import { parseTrace } from "./profile.ts";

test("kernels become events, runs are counted, the rest is left out", () => {
  const trace = `[
{"cat" : "Session","pid" :1,"tid" :1,"dur" :338,"ts" :8,"ph" : "X","name" :"model_loading_array","args" : {}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :1913,"ts" :9422,"ph" : "X","name" :"m"1\\x_kernel_time","args" : {"output_type_shape" : [{"float":[2,2]}],"provider" : "CPUExecutionProvider","input_type_shape" : [{"double":[2,3]},{"int64":[]}],"node_index" : "4","op_name" : "MatMul"}},
{"cat" : "Node","pid" :1,"tid" :1,"dur" :1,"ts" :1,"ph" : "X","name" :"m1_fence_before","args" : {"op_name" : "MatMul"}},
{"cat" : "Session","pid" :1,"tid" :1,"dur" :21659,"ts" :5622,"ph" : "X","name" :"model_run","args" : {}},
{"cat" : "Api","pid" :-1,"tid" :-1,"dur" :27,"ts" :27066,"ph" : "X","name" :"m1&MatMul","args" : {}}
]`;
  expect(parseTrace(trace)).toEqual({
    runs: 1,
    events: [
      {
        node: 'm"1\\x',
        op: "MatMul",
        provider: "CPUExecutionProvider",
        durationUs: 1913,
        index: 4,
        inputs: [
          { dtype: "float64", shape: [2, 3] },
          { dtype: "int64", shape: [] },
        ],
        outputs: [{ dtype: "float32", shape: [2, 2] }],
      },
    ],
  });
});
