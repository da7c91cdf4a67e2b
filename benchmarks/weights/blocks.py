"""ONNX Runtime's own weight-only quantizer: blocks.py <in.onnx> <out.onnx> <block size>"""
import sys

import onnx
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

source, target, block = sys.argv[1:]
quantizer = MatMulNBitsQuantizer(onnx.load(source), block_size=int(block), is_symmetric=True)
quantizer.process()
quantizer.model.save_model_to_file(target, use_external_data_format=True)
