#pragma once
// Languages of the window and their translators.

#include <QString>
#include <QStringList>

namespace app {

/// What --lang takes.
const QStringList& languages();
/// The best of them for the system's locale.
QString systemLanguage();
/// Installs our translation and Qt's own for the program; sets the default locale for numbers.
void installLanguage(const QString& language);

}  // namespace app
