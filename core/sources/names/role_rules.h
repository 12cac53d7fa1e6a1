#pragma once
// A rule table made ready: names → role, layer, expert, side.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/sources/names/role_table.h"
#include "core/tensor/tensor.h"

namespace quant {

/// A compiled table. Its use is const and may happen on several threads.
class RoleRules {
 public:
  /// Rules that do not compile match nothing: look at problems_of first.
  explicit RoleRules(const RoleTable& table);
  RoleRules(RoleRules&&) noexcept;
  ~RoleRules();

  /// Sets all that names tell. The tensors are those of one model: some roles are told by what stands beside them.
  void assign(std::span<TensorInfo> tensors) const;
  /// Only side, cross, shared, counts and the second role: where roles are known already.
  void assign_traits(std::span<TensorInfo> tensors) const;
  /// Numbers of the rules of roles that match, ascending.
  std::vector<int> matches(const std::string& name) const;

 private:
  struct Compiled;
  void assign_traits_of(TensorInfo& tensor, const std::string& stripped) const;
  void assign_by_siblings(std::span<TensorInfo> tensors, const SiblingRule& rule) const;
  void find_tied(std::span<TensorInfo> tensors) const;
  std::unique_ptr<const Compiled> d_;
};

/// How many names each rule of roles matches, and the names (their indices) that none or several match. Rules that do
/// not compile match nothing.
struct RuleMatches {
  struct Several {
    std::size_t name;
    std::vector<int> rules;
  };
  std::vector<std::size_t> counts;  ///< of each rule
  std::vector<std::size_t> none;
  std::vector<Several> several;
};
RuleMatches match_counts(const RoleTable& table, std::span<const std::string> names);

}  // namespace quant
