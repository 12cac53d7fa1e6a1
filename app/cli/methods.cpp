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
          {"parameters", std::move(parameters)},
          {"needs", Json::array({word(m.needs)})},
          {"reference", m.reference},
          {"devices", devices}};
}

/// Where the method stands among the article's four techniques.
std::string_view technique_words(std::string_view technique) {
  if (technique == "ptq") return "post-training quantization (PTQ)";
  if (technique == "qat") return "quantization-aware training (QAT)";
  if (technique == "finetune") return "quantized fine-tuning";
  if (technique == "mixed") return "mixed precision";
  return "none: a number format";
}

std::string page(const Method& m, const std::vector<std::string>& devices) {
  std::string text = fmt::format("{}: {}\n\n{}", m.id, m.title, wrapped(m.summary, 2));
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"When", m.when}, {"Cost", m.cost}, {"How it fails", m.fails}, {"Source", m.reference}};
  for (const auto& [title, body] : parts)
    if (!body.empty()) text += fmt::format("\n{}\n{}", title, wrapped(body, 2));
  text += fmt::format("\nThe article's technique: {}.", technique_words(m.technique));
  text += fmt::format("\nNeeds {}; runs on {}.\n", word(m.needs), fmt::join(devices, ", "));
  if (m.params.empty()) return text;
  Table table({"  parameter", "default", "range", "what it is"});
  for (const auto& p : m.params)
    table.row({"  " + std::string(p.name), p.def.empty() ? "–" : std::string(p.def), std::string(p.range),
               std::string(p.help)});
  return text + "\n" + table.text();
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
  Table table({"method", "family", "needs", "what it is"});
  for (const auto* m : shown)
    table.row({std::string(m->id), std::string(m->family), std::string(word(m->needs)), std::string(m->title)});
  return run.show(table.text() + "\nquantoscope-cli methods METHOD prints a method's page.\n");
}

}  // namespace

extern const Command methods_command;
constinit const Command methods_command{"methods", "List quantization methods; with an id, its page",
                                        "quantoscope-cli methods rtn", options, run};

}  // namespace quant::cli
