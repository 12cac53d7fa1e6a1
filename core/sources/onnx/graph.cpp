#include "core/sources/onnx/graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace quant {

namespace {

constexpr int most_depth = 32;                 // graphs inside one another; protobuf's usual limit is 100 messages
constexpr std::uint64_t least_constant = 257;  // elements of a Constant node that is a weight, not a parameter
constexpr std::uint64_t most_name = 1 << 20;   // bytes

/// The parts of a NodeProto that matter here.
struct Node {
  std::vector<std::string> inputs, outputs;
  std::string name, op_type;
  std::map<std::string, std::int64_t> integers;
  std::optional<WireField> value;  // the tensor of a Constant
  std::vector<WireField> graphs;   // of If, Loop, Scan
};

class Walk {
 public:
  Walk(ExternalFiles& external, OnnxModel& model) : external_(external), model_(model) {}

  Result<void> graph(WireReader message, const std::string& prefix, int depth) {
    if (depth > most_depth)
      return message.fail("graph", fmt::format("more than {} stand inside one another", most_depth));
    for (;;) {
      QUANT_TRY(field, message.next());
      if (!field) return {};
      if (field->type != WireField::Type::bytes) continue;
      if (field->number == 1) QUANT_CHECK(node(message.inside(*field), prefix, depth));
      if (field->number == 5) QUANT_CHECK(tensor(message.inside(*field), prefix, {}));
      if (field->number == 15) ++sparse_;
    }
  }
  void finish() {
    if (sparse_ > 0) model_.notes.push_back(fmt::format("{} sparse initializers are not listed", sparse_));
  }

 private:
  Result<void> tensor(WireReader message, const std::string& prefix, const std::string& name) {
    QUANT_TRY(read, read_tensor_proto(std::move(message), external_));
    const std::string& own = name.empty() ? read.name : name;
    if (!read.tensor) {
      model_.notes.push_back(fmt::format("{} is not listed: {}", shown_name(prefix + own), read.left_out));
      return {};
    }
    read.tensor->info.name = prefix + own;
    model_.tensors.push_back(std::move(*read.tensor));
    return {};
  }

  Result<void> node(WireReader message, const std::string& prefix, int depth) {
    QUANT_TRY(node, read_node(message));
    if (node.op_type == "Constant" && node.value && !node.outputs.empty()) {
      const std::size_t before = model_.tensors.size();
      QUANT_CHECK(tensor(message.inside(*node.value), prefix, node.outputs[0]));
      const bool small = model_.tensors.size() > before && model_.tensors.back().info.elements() < least_constant;
      if (small) model_.tensors.pop_back();
    }
    for (const WireField& inner : node.graphs) {
      QUANT_CHECK(graph(message.inside(inner), prefix + node.name + "/", depth + 1));
    }
    if (node.op_type == "DequantizeLinear" || node.op_type == "MatMulNBits") remember(std::move(node), prefix);
    return {};
  }

  void remember(Node&& node, const std::string& prefix) {
    QuantNode out;
    if (node.op_type == "MatMulNBits") out.kind = QuantNode::Kind::mat_mul_n_bits;
    for (const std::string& input : node.inputs) out.inputs.push_back(input.empty() ? input : prefix + input);
    out.output = node.outputs.empty() ? std::string() : prefix + node.outputs[0];
    out.attributes = std::move(node.integers);
    model_.nodes.push_back(std::move(out));
  }

  Result<Node> read_node(WireReader message) {
    Node node;
    for (;;) {
      QUANT_TRY(field, message.next());
      if (!field) return node;
      if (field->type != WireField::Type::bytes || field->number > 5) continue;
      if (field->number == 5) {
        QUANT_CHECK(attribute(message.inside(*field), node));
        continue;
      }
      QUANT_TRY(text, message.text(*field, most_name, "node"));
      if (field->number == 1) node.inputs.push_back(std::move(text));
      if (field->number == 2) node.outputs.push_back(std::move(text));
      if (field->number == 3) node.name = std::move(text);
      if (field->number == 4) node.op_type = std::move(text);
    }
  }

  /// AttributeProto: name 1, i 3, t 5, g 6, graphs 11.
  Result<void> attribute(WireReader message, Node& node) {
    std::string name;
    std::optional<std::uint64_t> integer;
    for (;;) {
      QUANT_TRY(field, message.next());
      if (!field) break;
      const bool bytes = field->type == WireField::Type::bytes;
      if (field->number == 1 && bytes) {
        QUANT_TRY(text, message.text(*field, most_name, "attribute"));
        name = std::move(text);
      }
      if (field->number == 3 && !bytes) integer = field->value;
      if (field->number == 5 && bytes) node.value = *field;
      if ((field->number == 6 || field->number == 11) && bytes) node.graphs.push_back(*field);
    }
    if (integer) node.integers.emplace(std::move(name), static_cast<std::int64_t>(*integer));
    return {};
  }

  ExternalFiles& external_;
  OnnxModel& model_;
  std::size_t sparse_ = 0;
};

}  // namespace

Result<OnnxModel> read_onnx_model(std::shared_ptr<const ByteStore> bytes, ExternalFiles& external) {
  OnnxModel model;
  WireReader message(std::move(bytes));
  Walk walk(external, model);
  bool has_graph = false;
  for (;;) {
    QUANT_TRY(field, message.next());
    if (!field) break;
    if (field->number == 2 && field->type == WireField::Type::bytes) {
      QUANT_TRY(producer, message.text(*field, most_name, "producer_name"));
      model.metadata.emplace_back("producer_name", metadata_text(producer));
    }
    if (field->number == 1 && field->type == WireField::Type::varint) {
      model.metadata.emplace_back("ir_version", std::to_string(field->value));
    }
    if (field->number != 7 || field->type != WireField::Type::bytes) continue;
    if (has_graph) return message.fail("graph", "stands twice in the model");
    has_graph = true;
    QUANT_CHECK(walk.graph(message.inside(*field), "", 0));
  }
  if (!has_graph) return message.fail("graph", "is missing: this is no ONNX model");
  walk.finish();
  return model;
}

}  // namespace quant
