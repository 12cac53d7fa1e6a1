#pragma once
// A method's page in the window: what it is, which of the article's techniques, when, what it costs, how it fails,
// where it comes from, what runs it. All from its metadata.

#include <QString>
#include <QStringList>
#include <string_view>

namespace quant {
struct Method;
}

namespace app {

struct Theme;

QString familyTitle(std::string_view family);        ///< "gguf" → "GGUF block types"
QString techniqueTitle(std::string_view technique);  ///< "ptq" → "post-training quantization (PTQ)"
/// Rich text. `devices`: ids of those that run it with an implementation of their own.
QString methodPage(const quant::Method& method, const QStringList& devices, const Theme& theme);
/// Whether every word of `typed` stands in the method's id, title, family, technique or summary.
bool methodMatches(const quant::Method& method, const QString& typed);

}  // namespace app
