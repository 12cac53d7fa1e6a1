#pragma once
// A method as the world sees it: id, parameters, what it needs, where it comes from, how to make it.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace quant {

class Quantizer;
class Scheme;

enum class ParamType {
  integer,  ///< bits=4; `range` is "2..8" or "0 or 8..4096"
  number,   ///< p=99.9; `range` is "50..100"
  choice,   ///< gran=row; `range` is "tensor|row|column|group"
  word,     ///< a bare word out of several: sym / asym; `range` is "sym|asym", `name` names the group ("symmetry")
  flag,     ///< a bare word that is there or not: narrow, dq; `def` is ""
};

/// One parameter of a method. Windows, completion and `methods --json` build their controls from this.
struct Param {
  std::string_view name;
  ParamType type = ParamType::integer;
  std::string_view def;    ///< default as text; "" = off or none
  std::string_view range;  ///< see ParamType
  std::string_view help;
};

/// What a method must be given besides the weights.
enum class Needs { weights, second_moments, hessian, activations, tokens };
std::string_view word(Needs needs);

/// A quantization method. One constinit object per method, at the end of its file; listed in methods.cpp.
struct Method {
  std::string_view id;         ///< "rtn"
  std::string_view title;      ///< "Round to nearest"
  std::string_view family;     ///< casts, uniform, codebook, blocks, gguf, calibrated, trained, lowrank
  std::string_view technique;  ///< which of the article's four: ptq, qat, finetune, mixed; "" = a number format
  std::string_view summary;    ///< one sentence: what it does
  std::string_view when;       ///< when to use it
  std::string_view cost;       ///< what it costs
  std::string_view fails;      ///< how it may fail, and what it does with odd tensors
  std::string_view reference;  ///< paper or specification
  Needs needs = Needs::weights;
  std::span<const Param> params;
  /// Implications between parameters (group=64 means gran=group); bad_scheme where two contradict. May be null.
  Result<void> (*normalise)(Scheme&) = nullptr;
  Result<std::unique_ptr<Quantizer>> (*make)(const Scheme&) = nullptr;
};

/// All methods, in the order in which they are shown.
std::span<const Method* const> methods();
/// The method of this id, or null.
const Method* find_method(std::string_view id);

}  // namespace quant
