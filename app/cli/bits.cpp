// bits: a number in every format, down to the bit.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/selection.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/sources/source.h"
#include "core/tensor/bit_layout.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {
    {Kind::operand, "VALUE", "", "a number: 30.2, 1e-45, inf, nan, -0, pi, or a float32 pattern 0x40490fdb", false},
    {Kind::repeated, "format", "F", "only this format (repeatable): fp16, fp8-e4m3, int4, …", false},
    {Kind::value, "file", "F", "take the value from this checkpoint", false},
    {Kind::value, "tensor", "NAME", "its tensor; may be left out where the file holds one", false},
    {Kind::value, "index", "I,J", "the element: one index a dimension", false},
};

tl::unexpected<Error> wrong_index(const std::string& text, std::string why, const TensorInfo& tensor) {
  return failure(ErrorCode::usage, "find element",
                 fmt::format("{}, --index {}", printable(tensor.name), printable(text)), std::move(why),
                 fmt::format("the shape is {}; indices start at 0", shape_text(tensor.shape)));
}

/// "3,17" → position in the flattened tensor.
Result<std::uint64_t> position(const std::string& text, const TensorInfo& tensor) {
  const auto parts = split(text, ',');
  if (parts.size() != std::max<std::size_t>(tensor.shape.size(), 1))
    return wrong_index(text, fmt::format("{} indices for {} dimensions", parts.size(), tensor.shape.size()), tensor);
  std::uint64_t at = 0;
  for (std::size_t d = 0; d < parts.size(); ++d) {
    const std::uint64_t size = tensor.shape.empty() ? 1 : tensor.shape[d];
    const auto i = parse_int(parts[d]);
    if (!i || *i < 0 || static_cast<std::uint64_t>(*i) >= size)
      return wrong_index(text, fmt::format("\"{}\" is no index below {}", printable(parts[d]), size), tensor);
    at = at * size + static_cast<std::uint64_t>(*i);
  }
  return at;
}

/// The element as the float32 pattern that is typed for it.
Result<TypedNumber> element(const Run& run) {
  QUANT_TRY(source, open_source(run.args().text("file")));
  QUANT_TRY(index, one_tensor(*source, run.args()));
  QUANT_TRY(view, source->view(index));
  QUANT_TRY(at, position(run.args().text("index"), view->tensor()));
  const auto cols = view->matrix().cols;
  std::vector<float> row(cols);
  QUANT_CHECK(view->read_rows(at / cols, 1, row));
  return parse_number(fmt::format("0x{:08x}", std::bit_cast<std::uint32_t>(row[at % cols])));
}

Result<TypedNumber> typed(const Run& run) {
  const bool value = run.args().has("VALUE"), file = run.args().has("file");
  if (value == file)
    return failure(ErrorCode::usage, "read arguments", "bits",
                   value ? "both VALUE and --file are given" : "VALUE is missing",
                   "give a number, or --file F --tensor NAME --index I,J");
  if (value) return parse_number(run.args().text("VALUE"));
  if (!run.args().has("index"))
    return failure(ErrorCode::usage, "read arguments", "bits", "--index is missing", "give --index I,J with --file");
  return element(run);
}

Result<std::vector<const BitFormat*>> chosen(const Run& run) {
  std::vector<const BitFormat*> formats;
  std::vector<std::string_view> ids;
  for (const auto& f : bit_formats()) ids.push_back(f.id);
  for (const auto& id : run.args().all("format")) {
    const auto* found = find_bit_format(id);
    if (!found)
      return failure(ErrorCode::not_found, "find number format", printable(id), "there is none of this name",
                     fmt::format("did you mean \"{}\"?", nearest(id, ids)));
    formats.push_back(found);
  }
  if (formats.empty())
    for (const auto& f : bit_formats()) formats.push_back(&f);
  return formats;
}

Json layout_json(const BitLayout& l) {
  return {{"id", l.format->id},
          {"title", l.format->title},
          {"bits", l.bits},
          {"sign", l.sign},
          {"exponent", l.exponent},
          {"mantissa", l.mantissa},
          {"value", std::isfinite(l.value) ? Json(l.value) : Json(l.decimal20)},
          {"decimal20", l.decimal20},
          {"error", l.error},
          {"class", word(l.cls)},
          {"clipped", l.clipped}};
}

Result<void> run(Run& run) {
  QUANT_TRY(number, typed(run));
  QUANT_TRY(formats, chosen(run));
  Json list = Json::array();
  Table table({"format", "sign", "exponent", "mantissa", ">value", ">error", "class"});
  for (const auto* format : formats) {
    const auto l = layout(number, *format);
    list.push_back(layout_json(l));
    table.row({std::string(format->id), l.sign, l.exponent, l.mantissa.empty() ? l.bits : l.mantissa, l.decimal20,
               fmt::format("{:.3g}", l.error), std::string(word(l.cls)) + (l.clipped ? ", clipped" : "")});
  }
  return run.json() ? run.answer({{"value", number.text}, {"formats", std::move(list)}}) : run.show(table.text());
}

}  // namespace

extern const Command bits_command;
constinit const Command bits_command{"bits", "Show a number in every format, down to the bit",
                                     "quantoscope-cli bits 30.2 --format fp16 --format fp8-e4m3", options, run};

}  // namespace quant::cli
