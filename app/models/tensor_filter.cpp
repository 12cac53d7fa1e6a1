#include "app/models/tensor_filter.h"

#include <QCoreApplication>
#include <QHash>

namespace app {
namespace {

/// Texts of this file, as the translation tools find them.
struct TensorFilterText {
  Q_DECLARE_TR_FUNCTIONS(TensorFilterText)
};

using Number = std::optional<double> TensorFacts::*;
using Text = QString TensorFacts::*;

const QHash<QString, Text>& texts() {
  static const QHash<QString, Text> map{{"name", &TensorFacts::name}, {"role", &TensorFacts::role},
                                        {"side", &TensorFacts::side}, {"dtype", &TensorFacts::dtype},
                                        {"plan", &TensorFacts::plan}, {"file", &TensorFacts::file}};
  return map;
}

const QHash<QString, Number>& numbers() {
  static const QHash<QString, Number> map{
      {"layer", &TensorFacts::layer}, {"bytes", &TensorFacts::bytes}, {"weights", &TensorFacts::elements},
      {"rank", &TensorFacts::rank},   {"bits", &TensorFacts::bits},   {"mse", &TensorFacts::mse},
      {"sqnr", &TensorFacts::sqnr},   {"clip", &TensorFacts::clip},   {"kurt", &TensorFacts::kurtosis}};
  return map;
}

/// "4k", "6MiB", "1e-4": a number with a size unit, if it has one.
std::optional<double> value(QString text) {
  double factor = 1;
  static constexpr std::pair<const char*, double> units[] = {
      {"kib", 1024.0}, {"mib", 1048576.0}, {"gib", 1073741824.0}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"%", 0.01}};
  for (const auto& [unit, scale] : units)
    if (text.endsWith(QLatin1String(unit), Qt::CaseInsensitive)) {
      text.chop(qsizetype(std::char_traits<char>::length(unit)));
      factor = scale;
      break;
    }
  bool fine = false;
  const double number = text.toDouble(&fine);
  return fine ? std::optional(number * factor) : std::nullopt;
}

bool compare(double a, const QString& op, double b) {
  if (op == QLatin1String("<")) return a < b;
  if (op == QLatin1String("<=")) return a <= b;
  if (op == QLatin1String(">")) return a > b;
  if (op == QLatin1String(">=")) return a >= b;
  if (op == QLatin1String("!=")) return a != b;
  return a == b;
}

struct Word {
  int at, length;
  QString text;
};

/// Splits at spaces outside /…/.
std::vector<Word> words(const QString& text) {
  std::vector<Word> list;
  int at = 0;
  const int n = int(text.size());
  while (at < n) {
    if (text[at].isSpace()) {
      ++at;
      continue;
    }
    int end = at;
    if (text[at] == u'/') {
      end = at + 1;
      while (end < n && text[end] != u'/') end += text[end] == u'\\' ? 2 : 1;
      end = std::min(end + 1, n);
    } else {
      while (end < n && !text[end].isSpace()) ++end;
    }
    list.push_back({at, end - at, text.mid(at, end - at)});
    at = end;
  }
  return list;
}

}  // namespace

std::optional<TensorFilter::Test> TensorFilter::test(const QString& word, bool& figures, QString& why) {
  if (word.startsWith(u'/')) {
    const QString pattern = word.mid(1, word.size() - (word.size() > 1 && word.endsWith(u'/') ? 2 : 1));
    QRegularExpression regex(pattern, QRegularExpression::CaseInsensitiveOption);
    if (!regex.isValid())
      return why = TensorFilterText::tr("%1, at character %2")
                       .arg(regex.errorString())
                       .arg(regex.patternErrorOffset() + 1),
             std::nullopt;
    return [regex](const TensorFacts& f) { return regex.match(f.name).hasMatch(); };
  }
  static const QRegularExpression form(QStringLiteral("^([a-z]+)(<=|>=|!=|<|>|=|:)(.*)$"));
  const auto m = form.match(word);
  if (!m.hasMatch()) return [word](const TensorFacts& f) { return f.name.contains(word, Qt::CaseInsensitive); };
  const QString key = m.captured(1), op = m.captured(2), right = m.captured(3);
  if (const auto text = texts().constFind(key); text != texts().cend()) {
    const bool negate = op == QLatin1String("!=");
    if (op.contains(u'<') || op.contains(u'>'))
      return why = TensorFilterText::tr("%1 is a word: use %1:…").arg(key), std::nullopt;
    return [text = *text, right, negate](const TensorFacts& f) {
      return (f.*text).contains(right, Qt::CaseInsensitive) != negate;
    };
  }
  if (const auto number = numbers().constFind(key); number != numbers().cend()) {
    const auto limit = value(right);
    if (!limit) return why = TensorFilterText::tr("\"%1\" is no number").arg(right), std::nullopt;
    figures = figures || key == QLatin1String("mse") || key == QLatin1String("sqnr") || key == QLatin1String("clip") ||
              key == QLatin1String("kurt") || key == QLatin1String("bits");
    return [number = *number, op, limit = *limit](const TensorFacts& f) {
      return f.*number && compare(*(f.*number), op, limit);
    };
  }
  QStringList keys = texts().keys() + numbers().keys();
  keys.sort();
  return why = TensorFilterText::tr("there is no \"%1\"; there are %2").arg(key, keys.join(QStringLiteral(", "))),
         std::nullopt;
}

TensorFilter TensorFilter::parse(const QString& text, std::optional<Problem>* problem) {
  TensorFilter filter;
  if (problem) problem->reset();
  for (const Word& word : words(text)) {
    QString why;
    if (auto t = test(word.text, filter.uses_figures_, why))
      filter.tests_.push_back(std::move(*t));
    else if (problem && !*problem)
      *problem = Problem{word.at, word.length, why};
  }
  return filter;
}

bool TensorFilter::accepts(const TensorFacts& facts) const {
  for (const Test& t : tests_)
    if (!t(facts)) return false;
  return true;
}

}  // namespace app
