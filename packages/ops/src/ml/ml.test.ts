import { expect, it } from "vitest";
import { macsOf, typesOf } from "../../test/one-node.ts";

it.each([
  ["float[N,4] x, int64[2] i", "y = ai.onnx.ml.ArrayFeatureExtractor (x, i)", "float[N,2]"],
  ["string[4] x, int64[1,2] i", "y = ai.onnx.ml.ArrayFeatureExtractor (x, i)", "string[1,2]"],
  ["string[N] x", "y = ai.onnx.ml.CategoryMapper (x)", "int64[N]"],
  ["int64[N] x", "y = ai.onnx.ml.LabelEncoder <keys_int64s = [1], values_floats = [0.5]> (x)", "float[N]"],
  ["int64[N] x", 'y = ai.onnx.ml.LabelEncoder <classes_strings = ["a"]> (x)', "string[N]"],
  ["int64[N] x", "y = ai.onnx.ml.LabelEncoder <keys_int64s = [1], values_tensor = double[1] {2}> (x)", "double[N]"],
  ["int64[N,2] x", "y = ai.onnx.ml.OneHotEncoder <cats_int64s = [0, 1, 2]> (x)", "float[N,2,3]"],
  ["int64[N,2] a, int64[N,1] b", "y = ai.onnx.ml.FeatureVectorizer <inputdimensions = [2, 1]> (a, b)", "float[N,3]"],
  ["double[N,2] x", "y = ai.onnx.ml.Scaler <scale = [1.0], offset = [0.0]> (x)", "float[N,2]"],
  [
    "float[N,2] x",
    'y, z = ai.onnx.ml.LinearClassifier <classlabels_strings = ["a", "b"], intercepts = [0.0], coefficients = [1.0, 2.0]> (x)',
    "string[N], float[N,2]",
  ],
  ["float[2] x", "y = ai.onnx.ml.LinearRegressor <coefficients = [1.0, 2.0]> (x)", "float[1,1]"],
  [
    "float[N,2] x",
    "y, z = ai.onnx.ml.SVMClassifier <classlabels_ints = [0, 1, 2], prob_a = [1.0, 1.0, 1.0]> (x)",
    "int64[N], float[N,3]",
  ],
  ["float[N,2] x", "y, z = ai.onnx.ml.SVMClassifier <classlabels_ints = [0, 1, 2]> (x)", "int64[N], float[N,?]"],
  [
    "float[N,2] x",
    "y, z = ai.onnx.ml.TreeEnsembleClassifier <classlabels_int64s = [0, 1, 2]> (x)",
    "int64[N], float[N,3]",
  ],
  ["double[N,2] x", "y = ai.onnx.ml.TreeEnsemble <n_targets = 4> (x)", "double[N,4]"],
  ["float[N,3] x", 'y = ai.onnx.ml.ZipMap <classlabels_strings = ["a", "b", "c"]> (x)', "seq(map(string, float))"],
  ["map(string, float) x", 'y = ai.onnx.ml.DictVectorizer <string_vocabulary = ["a", "b"]> (x)', "float[1,2]"],
  ["map(int64, float) x", 'y = ai.onnx.ml.CastMap <map_form = "SPARSE", max_map = 7> (x)', "float[1,7]"],
])("%s | %s", (inputs, node, expected) => {
  expect(typesOf(inputs, node)).toBe(expected);
});

it("counts a linear model's coefficients for each sample", () => {
  const node = "y = ai.onnx.ml.LinearRegressor <targets = 2, coefficients = [1.0, 2.0, 3.0, 4.0]> (x)";
  expect(macsOf("float[3,2] x", node)).toBe(12);
});
