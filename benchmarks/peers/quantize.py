"""Does one thing to one ONNX file with one tool, in one process, so that its time and memory are the tool's.

    python quantize.py raise <model.onnx> <out.onnx>
    python quantize.py <tool> <model.onnx> <calibration.npy> <out.onnx>

The calibration array is [samples, ...], float32, as the model is fed. Each tool gets what its documentation asks for:
ONNX Runtime its pre-processing, onnxsim its simplification. Models below operator set 13 are raised before, by onnx:
no tool here quantizes them per channel otherwise, and onnxsim returns them unchanged without a word.
"""

import sys

import numpy as np
import onnx

LEAST_OPSET = 13


def raise_opset(source, out):
    model = onnx.load(source)
    opset = max(each.version for each in model.opset_import if each.domain in ("", "ai.onnx"))
    if opset < LEAST_OPSET:
        from onnx import version_converter

        model = version_converter.convert_version(model, LEAST_OPSET)
    onnx.save(model, out)


def fed_input(model):
    """The one input that is not a stored tensor, and how many samples a run may take: 32 where that is free."""
    stored = {tensor.name for tensor in model.graph.initializer}
    value = next(value for value in model.graph.input if value.name not in stored)
    first = value.type.tensor_type.shape.dim[0]
    return value.name, first.dim_value if first.HasField("dim_value") and first.dim_value > 0 else 32


def feeds(model, calibration, batch=None):
    name, fitting = fed_input(model)
    size = batch or fitting
    array = np.load(calibration)
    return [{name: array[i : i + size]} for i in range(0, len(array), size)]


def ort_static(method):
    def run(source, calibration, out):
        from onnxruntime.quantization import (
            CalibrationDataReader,
            CalibrationMethod,
            QuantFormat,
            QuantType,
            quantize_static,
        )
        from onnxruntime.quantization.shape_inference import quant_pre_process

        prepared = out + ".prepared.onnx"
        quant_pre_process(source, prepared)

        class Reader(CalibrationDataReader):
            def __init__(self):
                self.feeds = iter(feeds(onnx.load(prepared), calibration))

            def get_next(self):
                return next(self.feeds, None)

        quantize_static(
            prepared,
            out,
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=getattr(CalibrationMethod, method),
        )

    return run


def ort_dynamic(source, _calibration, out):
    """Matrix products only: dynamic convolutions are slower than float, and ONNX Runtime's documentation says so."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = out + ".prepared.onnx"
    quant_pre_process(source, prepared)
    quantize_dynamic(prepared, out, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm"])


def nncf_mixed(is_simplified):
    def run(source, calibration, out):
        import nncf

        model = simplified(source) if is_simplified else onnx.load(source)
        samples = feeds(model, calibration, batch=1)
        quantized = nncf.quantize(
            model,
            nncf.Dataset(samples),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(samples),
        )
        onnx.save(quantized, out)

    return run


def simplified(source):
    import onnxsim

    model, is_checked = onnxsim.simplify(onnx.load(source))
    if not is_checked:
        raise SystemExit("onnxsim could not check what it simplified")
    return model


def onnxsim_static(method, full_graph):
    def run(source, calibration, out):
        from onnxsim.calibration import quantize_static

        model = simplified(source)
        quantized = quantize_static(model, feeds(model, calibration), method=method, full_graph=full_graph)
        onnx.save(quantized, out)

    return run


tools = {
    "ort-minmax": ort_static("MinMax"),
    "ort-percentile": ort_static("Percentile"),
    "ort-dynamic": ort_dynamic,
    "nncf": nncf_mixed(False),
    "nncf-simplified": nncf_mixed(True),
    "onnxsim-minmax": onnxsim_static("minmax", False),
    "onnxsim-mse": onnxsim_static("mse", True),
}

if __name__ == "__main__":
    tool, *arguments = sys.argv[1:]
    if tool == "raise":
        raise_opset(*arguments)
    else:
        tools[tool](*arguments)
