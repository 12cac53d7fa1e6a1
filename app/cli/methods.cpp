// methods: every quantization method with its parameters; with an id, its page.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/run.h"
#include "app/cli/table.h"
#include "core/base/text.h"
#include "core/methods/method.h"

namespace quant::cli {
namespace {

using Kind = Option::Kind;
constexpr Option options[] = {{Kind::operand, "METHOD", "", "print the page of this method alone", false}};

std::string_view type_word(ParamType type) {
  switch (type) {
    case ParamType::integer: return "integer";
    case ParamType::number: return "number";
    case ParamType::choice: return "choice";
    case ParamType::word: return "word";
    case ParamType::flag: return "flag";
  }
  return "word";
}

/// What a parameter adds to a scheme in its example: the width, a group of a size that is in use, a codebook's block.
std::string example_part(const Param& p) {
  if (p.name == "group" && p.def == "0") return "group=128";
  if (p.name == "bits" || p.name == "block" || p.name == "prune") return fmt::format("{}={}", p.name, p.def);
  return p.name == "dq" ? "dq" : "";
}

/// A scheme with the parameters that people set first: "rtn:bits=4,group=128".
std::string example(const Method& m) {
  std::string text(m.id);
  char before = ':';
  for (const auto& p : m.params) {
    const std::string part = example_part(p);
    if (part.empty()) continue;
    text += before + part;
    before = ',';
  }
  return text;
}

/// Where the article has it.
std::string_view technique_text(const Method& m) {
  if (m.technique == "ptq")
    return "The first of its four techniques, post-training quantization: minutes, no training.";
  if (m.technique == "qat")
    return "The second of its four techniques, quantization-aware training: the storage of models trained for it.";
  if (m.technique == "finetune")
    return "The third of its four techniques, 4-bit fine-tuning: the frozen base below low-rank adapters (QLoRA). By "
           "itself it is post-training quantization.";
  if (m.technique == "mixed")
    return "The fourth of its four techniques, mixed precision: what sensitive parts of a model keep.";
  return "None of its four techniques: a number format of its chapter on bits.";
}

Json method_json(const Method& m, const std::vector<std::string>& devices) {
  Json parameters = Json::array();
  for (const auto& p : m.params)
    parameters.push_back(
        {{"name", p.name}, {"type", type_word(p.type)}, {"default", p.def}, {"range", p.range}, {"help", p.help}});
  return {{"id", m.id},
          {"title", m.title},
          {"family", m.family},
          {"technique", m.technique},
          {"summary", m.summary},
          {"when", m.when},
          {"cost", m.cost},
          {"fails", m.fails},
          {"example", example(m)},
          {"parameters", std::move(parameters)},
          {"needs", Json::array({word(m.needs)})},
          {"reference", m.reference},
          {"devices", devices}};
}

/// "bits=2..8", "sym|asym", "narrow"; behind it what holds when it is left out.
std::string parameter_text(const Param& p, std::size_t width) {
  std::string head(p.name);
  if (p.type == ParamType::word)
    head = p.range;
  else if (p.type != ParamType::flag)
    head += fmt::format("={}", p.range);
  if (!p.def.empty()) head += fmt::format("   (default {})", p.def);
  return "  " + head + "\n" + wrapped(p.help, 6, width);
}

std::string page(const Method& m, const std::vector<std::string>& devices) {
  const std::size_t width = page_width();
  std::string text = fmt::format("{}: {}\n\n{}", m.id, m.title, wrapped(m.summary, 2, width));
  const auto part = [&](std::string_view title, std::string_view body) {
    text += fmt::format("\n{}\n{}", title, wrapped(body, 2, width));
  };
  part("When to use it", m.when);
  part("What it costs", m.cost);
  part("How it may fail", m.fails);
  part("In the article", technique_text(m));
  part("Where it comes from", m.reference);
  part("Needs and devices", fmt::format("Needs {}; runs on {}.", word(m.needs), fmt::join(devices, ", ")));
  text += "\nParameters\n";
  for (const auto& p : m.params) text += parameter_text(p, width);
  if (m.params.empty()) text += "  none\n";
  return text + fmt::format("\nExample\n  quantoscope-cli analyze FILE --scheme {}\n", example(m));
}

Result<std::span<const Method* const>> chosen(const Run& run) {
  const auto all = methods();
  if (!run.args().has("METHOD")) return all;
  const auto id = run.args().text("METHOD");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i]->id == id) return all.subspan(i, 1);
  std::vector<std::string_view> ids;
  for (const auto* m : all) ids.push_back(m->id);
  return failure(ErrorCode::not_found, "find method", printable(id), "there is none of this name",
                 fmt::format("did you mean \"{}\"?", nearest(id, ids)));
}

/// Every device of this machine that works; kernels are not built for it.
std::vector<std::unique_ptr<Backend>> all_devices(const DeviceProvider& provider) {
  std::vector<std::unique_ptr<Backend>> devices;
  devices.push_back(make_reference_backend());
  devices.push_back(make_native_backend());
  for (const auto& entry : provider.list())
    if (auto made = entry.available ? provider.make(entry.id) : Result<std::unique_ptr<Backend>>(nullptr);
        made && *made)
      devices.push_back(std::move(*made));
  return devices;
}

Result<void> run(Run& run) {
  QUANT_TRY(shown, chosen(run));
  const auto devices = all_devices(run.provider());
  const auto devices_of = [&](const Method& m) {
    std::vector<std::string> ids;
    for (const auto& device : devices)
      if (device->offers(m)) ids.push_back(device->id());
    return ids;
  };
  if (run.json()) {
    Json list = Json::array();
    for (const auto* m : shown) list.push_back(method_json(*m, devices_of(*m)));
    return run.answer({{"methods", std::move(list)}});
  }
  if (run.args().has("METHOD")) return run.show(page(*shown.front(), devices_of(*shown.front())));
  Table table({"method", "family", "technique", "needs", "what it is"});
  for (const auto* m : shown)
    table.row({std::string(m->id), std::string(m->family), m->technique.empty() ? "–" : std::string(m->technique),
               std::string(word(m->needs)), std::string(m->title)});
  return run.show(table.text() +
                  "\nquantoscope-cli methods METHOD prints a method's page: when to use it, what it costs, how it may "
                  "fail,\nwhere it comes from, its parameters.\n");
}

}  // namespace

extern const Command methods_command;
constinit const Command methods_command{"methods", "List quantization methods; with an id, its page",
                                        "quantoscope-cli methods rtn", options, run};

}  // namespace quant::cli
