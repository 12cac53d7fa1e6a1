#pragma once
// Pickles opcode by opcode (Python's Lib/pickletools.py), right ones and wrong ones.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pickle {

inline std::string text(const std::string& value) {
  const auto n = static_cast<std::uint32_t>(value.size());
  return "X" + std::string(reinterpret_cast<const char*>(&n), 4) + value;
}
inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + std::string(reinterpret_cast<const char*>(&value), 8);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::string>& values) {
  std::string all = "(";
  for (const std::string& value : values) all += value;
  return all + "t";
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string all = "}(";
  for (const auto& [key, value] : items) all += text(key) + value;
  return all + "u";
}
inline std::string ordered_dict() { return global("collections", "OrderedDict") + ")R"; }
inline std::string whole(const std::string& body) { return "\x80\x02" + body + "."; }

struct Storage {
  std::string key = "0", type = "FloatStorage";
  std::int64_t elements = 12;
  std::string module = "torch", location = "cpu";
};
inline std::string storage(const Storage& of = {}) {
  return tuple({text("storage"), global(of.module, of.type), text(of.key), text(of.location), integer(of.elements)}) +
         "Q";
}
struct View {
  std::vector<std::int64_t> size = {3, 4}, stride = {4, 1};
  std::int64_t offset = 0;
};
inline std::string tensor(const View& view = {}, const std::string& of = storage()) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({of, integer(view.offset), integers(view.size), integers(view.stride), "\x89", ordered_dict()}) + "R";
}
inline std::string typed_tensor(const View& view, const std::string& of, const std::string& type) {
  return global("torch._utils", "_rebuild_tensor_v3") +
         tuple({of, integer(view.offset), integers(view.size), integers(view.stride), "\x89", ordered_dict(),
                global("torch", type)}) +
         "R";
}

}  // namespace pickle
