#include "app/window/method_page.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include "app/models/format.h"
#include "app/window/theme.h"
#include "core/methods/method.h"

namespace app {
namespace {

struct MethodText {
  Q_DECLARE_TR_FUNCTIONS(MethodText)
};

/// "arXiv:2004.09602" and addresses as links; everything else as it is.
QString linked(std::string_view reference) {
  QString text = format::utf8(reference).toHtmlEscaped();
  static const QRegularExpression arxiv(QStringLiteral("arXiv:(\\d{4}\\.\\d{4,5})")),
      address(QStringLiteral("(https?://[^\\s;,]+)"));
  text.replace(address, QStringLiteral("<a href='\\1'>\\1</a>"));
  text.replace(arxiv, QStringLiteral("<a href='https://arxiv.org/abs/\\1'>arXiv:\\1</a>"));
  return text;
}

QString needsText(quant::Needs needs) {
  switch (needs) {
    case quant::Needs::weights: return MethodText::tr("the weights alone");
    case quant::Needs::second_moments: return MethodText::tr("calibration: second moments of the inputs");
    case quant::Needs::hessian: return MethodText::tr("calibration: the Hessian of each layer’s inputs");
    case quant::Needs::activations: return MethodText::tr("calibration: sample inputs of each layer");
    case quant::Needs::tokens: return MethodText::tr("a model that runs, and tokens");
  }
  return {};
}

}  // namespace

QString familyTitle(std::string_view family) {
  if (family == "uniform") return MethodText::tr("Even steps");
  if (family == "codebook") return MethodText::tr("Codebooks");
  if (family == "blocks") return MethodText::tr("Block formats (MX, NVFP4)");
  if (family == "gguf") return MethodText::tr("GGUF block types");
  if (family == "casts") return MethodText::tr("Casts to float formats");
  if (family == "calibrated") return MethodText::tr("With calibration data");
  if (family == "trained") return MethodText::tr("Trained");
  if (family == "lowrank") return MethodText::tr("Low-rank and scale-only recovery");
  return format::utf8(family);
}

QString techniqueTitle(std::string_view technique) {
  if (technique == "ptq") return MethodText::tr("post-training quantization (PTQ)");
  if (technique == "qat") return MethodText::tr("quantization-aware training (QAT)");
  if (technique == "finetune") return MethodText::tr("quantized fine-tuning");
  if (technique == "mixed") return MethodText::tr("mixed precision");
  return technique.empty() ? MethodText::tr("none of the four: a number format") : format::utf8(technique);
}

QString methodPage(const quant::Method& m, const QStringList& devices, const Theme& theme) {
  QString page;
  const auto part = [&](const QString& title, const QString& html) {
    if (!html.isEmpty())
      page += QStringLiteral("<p style='margin-top:8px;margin-bottom:0'><span style='color:%1'>%2</span><br>%3</p>")
                  .arg(theme.muted.name(), title.toHtmlEscaped(), html);
  };
  const auto plain = [](std::string_view text) { return format::utf8(text).toHtmlEscaped(); };
  part(MethodText::tr("When to use it"), plain(m.when));
  part(MethodText::tr("What it costs"), plain(m.cost));
  part(MethodText::tr("How it fails"), plain(m.fails));
  part(MethodText::tr("Technique of the article"), techniqueTitle(m.technique).toHtmlEscaped());
  part(MethodText::tr("Needs"), needsText(m.needs).toHtmlEscaped());
  part(MethodText::tr("Runs on"), devices.join(QStringLiteral(", ")).toHtmlEscaped());
  part(MethodText::tr("Source"), linked(m.reference));
  return QStringLiteral("<style>a { color: %1 }</style>").arg(theme.link.name()) + page;
}

bool methodMatches(const quant::Method& m, const QString& typed) {
  const QString all =
      QStringList{format::utf8(m.id),        format::utf8(m.title),       format::utf8(m.family), familyTitle(m.family),
                  format::utf8(m.technique), techniqueTitle(m.technique), format::utf8(m.summary)}
          .join(u' ');
  for (const QString& word : typed.split(u' ', Qt::SkipEmptyParts))
    if (!all.contains(word, Qt::CaseInsensitive)) return false;
  return true;
}

}  // namespace app
