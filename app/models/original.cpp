#include "app/models/original.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFileInfo>

#include "app/models/format.h"

namespace app {
namespace {

constexpr QLatin1String stored_prefix("stored:");

QString filesOf(const quant::Source& source) {
  QString text = format::utf8(quant::header_hash(source));
  for (const auto& file : source.files()) {
    const QFileInfo info(QString::fromStdString(file.path.string()));
    text += u'\n' + info.absoluteFilePath() + QString::number(info.lastModified().toMSecsSinceEpoch());
  }
  return text;
}

}  // namespace

QString identityOf(const quant::Source& source, const quant::Source& original) {
  const QByteArray text = (filesOf(source) + u'\n' + filesOf(original)).toUtf8();
  return QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().left(32));
}

QString storedChoice(const quant::Source& source, const QString& identity) {
  return stored_prefix + format::utf8(quant::storage_of(source)) + u':' + identity.left(8);
}

bool isStored(const QString& choice) { return choice.startsWith(stored_prefix); }

quant::Result<Sight::Tensor> Sight::tensor(std::size_t index) const {
  QUANT_TRY(view, source->view(index));
  if (!original) return Tensor{std::move(view), nullptr, scheme ? &*scheme : nullptr};
  const auto* pair = original->pairing.find(index);
  if (!pair)
    return quant::failure(quant::ErrorCode::refused, "compare with the original", source->tensors()[index].name,
                          "it has no partner in " + original->path.toStdString(), "choose another tensor or a scheme");
  QUANT_TRY(truth, quant::original_view(*original->source, *pair));
  return Tensor{std::move(truth), std::move(view), nullptr};
}

}  // namespace app
