#pragma once
// The filter language of the tensor table: words, /regex/, and key:value or key<value, all joined by AND.

#include <QRegularExpression>
#include <QString>
#include <functional>
#include <optional>
#include <vector>

namespace app {

/// What a filter looks at. Numbers are missing where nothing is measured; a comparison with a missing number is false.
struct TensorFacts {
  QString name, role, side, dtype, plan, file;
  std::optional<double> layer, bytes, elements, rank, bits, mse, sqnr, clip, kurtosis;
};

class TensorFilter {
 public:
  struct Problem {
    int at = 0, length = 0;  ///< where in the text
    QString why;
  };
  /// An empty text accepts everything.
  static TensorFilter parse(const QString& text, std::optional<Problem>* problem);

  bool accepts(const TensorFacts& facts) const;
  /// Whether a measured figure takes part: then new figures may change what is shown.
  bool usesFigures() const { return uses_figures_; }

 private:
  using Test = std::function<bool(const TensorFacts&)>;
  static std::optional<Test> test(const QString& word, bool& figures, QString& why);
  std::vector<Test> tests_;
  bool uses_figures_ = false;
};

}  // namespace app
