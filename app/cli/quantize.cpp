// quantize: one tensor under one scheme, everything dumped.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/calibrated.h"
#include "app/cli/commands.h"
#include "app/cli/json.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/sources/numpy/npy_write.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "FILE", "", "a checkpoint", true},
    {Kind::value, "tensor", "NAME", "the tensor's exact name; may be left out where the file holds one"},
    {Kind::value, "scheme", "S", "method:key=value,… as rtn:bits=4,group=128; see methods", true},
    {Kind::value, "out", "DIR",
     "the folder for codes.npy, scales.npy, zeros.npy or minima.npy, codebook.npy, dequantized.npy, packed.bin, "
     "result.json; of an earlier dump only what the scheme has stays",
     true},
    calib_option,
    imatrix_option,
};

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && std::filesystem::is_directory(folder, error)) return {};
  return failure(ErrorCode::io, "make folder", printable(folder.string()),
                 error ? error.message() : "a file of this name is in the way", "choose another --out");
}

/// Every part that the scheme has; the names are the contract's.
Result<std::vector<std::string>> dump_parts(const std::filesystem::path& folder, const TensorInfo& tensor,
                                            const Quantized& q) {
  std::vector<std::string> written;
  const auto& w = q.whole;
  const auto flat = [](const auto& values) { return std::vector<std::uint64_t>{values.size()}; };
  const auto add = [&](const char* name, Result<void> result) {
    if (result) written.push_back(name);
    return result;
  };
  if (!w.codes.empty() && q.quantizer->codes().is_signed) {
    const std::span<const std::int8_t> codes(reinterpret_cast<const std::int8_t*>(w.codes.data()), w.codes.size());
    QUANT_CHECK(add("codes.npy", write_npy(folder / "codes.npy", tensor.shape, codes)));
  } else if (!w.codes.empty()) {
    QUANT_CHECK(add("codes.npy", write_npy(folder / "codes.npy", tensor.shape, std::span(w.codes))));
  }
  if (!w.scales.empty())
    QUANT_CHECK(add("scales.npy", write_npy(folder / "scales.npy", flat(w.scales), std::span(w.scales))));
  if (!w.zeros.empty())
    QUANT_CHECK(add("zeros.npy", write_npy(folder / "zeros.npy", flat(w.zeros), std::span(w.zeros))));
  if (!w.minima.empty())
    QUANT_CHECK(add("minima.npy", write_npy(folder / "minima.npy", flat(w.minima), std::span(w.minima))));
  if (const Shared& shared = q.quantizer->shared(); !shared.whole_zeros)
    QUANT_CHECK(add("zeros.npy", write_npy(folder / "zeros.npy", flat(shared.zeros), std::span(shared.zeros))));
  if (!w.codebooks.empty())
    QUANT_CHECK(add("codebook.npy", write_npy(folder / "codebook.npy", flat(w.codebooks), std::span(w.codebooks))));
  if (const auto book = q.quantizer->codebook(); !book.empty())
    QUANT_CHECK(add("codebook.npy", write_npy(folder / "codebook.npy", flat(book), book)));
  QUANT_CHECK(add("dequantized.npy", write_npy(folder / "dequantized.npy", tensor.shape, std::span(w.values))));
  if (const auto packed = q.quantizer->pack(w); !packed.empty())
    QUANT_CHECK(add("packed.bin", write_file(folder / "packed.bin", std::as_bytes(std::span(packed)))));
  return written;
}

/// Parts of an earlier dump that this scheme does not have would be taken for its own.
void remove_others(const std::filesystem::path& folder, const std::vector<std::string>& written) {
  std::error_code ignored;
  for (const auto* name : {"codes.npy", "scales.npy", "zeros.npy", "minima.npy", "codebook.npy", "packed.bin"})
    if (std::find(written.begin(), written.end(), name) == written.end())
      std::filesystem::remove(folder / name, ignored);
}

Result<void> run(Run& run) {
  QUANT_TRY(schemes, chosen_schemes(run.args()));
  QUANT_TRY(source, open_source(run.args().text("FILE")));
  QUANT_TRY(index, one_tensor(*source, run.args()));
  QUANT_CHECK(use_calibration(run, *source, {index}));
  QUANT_TRY(view, source->view(index));
  const auto& tensor = view->tensor();
  const auto weights = tensor.elements();
  run.begin("quantize", weights);
  QUANT_TRY(found, run.on_device(weights,
                                 [&](const Devices& devices) { return analyze(*view, schemes, devices, run.job()); }));
  const auto& result = found.front();
  if (!result.warning.empty()) run.device_failed(result.warning);
  if (!result.refused.empty())
    return failure(ErrorCode::refused, "quantize", printable(tensor.name), result.scheme + ": " + result.refused,
                   "choose another scheme");
  QUANT_TRY(quantized, run.on_device(weights, [&](const Devices& devices) {
    return quantize(*view, schemes.front(), devices, run.job());
  }));
  const std::filesystem::path folder = run.args().text("out");
  QUANT_CHECK(make_folder(folder));
  QUANT_TRY(files, dump_parts(folder, tensor, quantized));
  remove_others(folder, files);
  files.push_back("result.json");
  Json json = analysis_json(result, true);
  json["shape"] = tensor.shape;
  json["files"] = files;
  QUANT_CHECK(write_file(folder / "result.json", std::string_view(dump(json))));
  if (run.json()) return run.answer(std::move(json));
  const auto& f = result.figures;
  return run.show(fmt::format("{}  {}  {} bits per weight, mse {}, SQNR {} dB, largest error {}\nwritten to {}: {}\n",
                              printable(tensor.name), result.scheme, fixed(f.bpw, 4), figure(f.mse),
                              fixed(f.sqnr_db, 2), figure(f.max_abs), printable(folder.string()),
                              fmt::join(files, ", ")));
}

}  // namespace

extern const Command quantize_command;
constinit const Command quantize_command{
    "quantize", "Quantize one tensor and dump codes, scales, values, packed bytes",
    "quantoscope-cli quantize model.safetensors --tensor lm_head.weight --scheme nf4 --out dump", options, run};

}  // namespace quant::cli
