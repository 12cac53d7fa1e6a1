#pragma once
// Languages of the window and their translators.

#include <QString>
#include <QStringList>

namespace app {

/// What --lang takes.
const QStringList& languages();
/// The best of them for the system's locale.
QString systemLanguage();
/// As its speakers write it: "English", "繁體中文".
QString languageName(const QString& language);
/// Installs our translation and Qt's own for the program; sets the default locale for numbers.
/// Again for another language: the former one goes.
void installLanguage(const QString& language);

}  // namespace app
