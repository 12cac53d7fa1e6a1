#!/usr/bin/env python3
"""Makes the two demo models from full checkpoints (needs numpy).

  make_demo.py --llama DIR --minilm DIR [--out DIR]

--llama   a Llama checkpoint of safetensors with config.json, tokenizer.json, tokenizer_config.json: cast to float16
--minilm  sentence-transformers/all-MiniLM-L6-v2: the tensors of its six encoder blocks, as float16
--out     where llama-small/ and minilm/ are made; default: beside this script
"""
import argparse
import json
import pathlib
import shutil
import struct

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def read(path):
    """The floating tensors of a safetensors file: {name: array}."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] not in TYPES:
            continue
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(raw[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def write(path, tensors):
    """Tensors as float16, rounded to nearest even; in the order given, data at a multiple of 8."""
    header, data, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, values in tensors.items():
        half = values.astype("<f2")
        assert np.isfinite(half).all(), f"{name} does not fit float16"
        header[name] = {"dtype": "F16", "shape": list(half.shape), "data_offsets": [at, at + half.nbytes]}
        at += half.nbytes
        data.append(half.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path}: {len(tensors)} tensors, {path.stat().st_size / 1e6:.1f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--llama", type=pathlib.Path, required=True)
    parser.add_argument("--minilm", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()

    write(args.out / "llama-small/model.safetensors", read(args.llama / "model.safetensors"))
    config = json.loads((args.llama / "config.json").read_text()) | {"dtype": "float16"}
    (args.out / "llama-small/config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(args.llama / name, args.out / "llama-small" / name)
    blocks = {n: w for n, w in read(args.minilm / "model.safetensors").items() if n.startswith("encoder.layer.")}
    write(args.out / "minilm/model.safetensors", blocks)


if __name__ == "__main__":
    main()
