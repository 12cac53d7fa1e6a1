#include "app/window/language.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

namespace app {

const QStringList& languages() {
  static const QStringList list{QStringLiteral("en"), QStringLiteral("zh_TW")};
  return list;
}

QString systemLanguage() {
  const QLocale locale = QLocale::system();
  return locale.language() == QLocale::Chinese && locale.script() == QLocale::TraditionalHanScript
             ? QStringLiteral("zh_TW")
             : QStringLiteral("en");
}

QString languageName(const QString& language) {
  return language == QLatin1String("zh_TW") ? QStringLiteral("繁體中文") : QStringLiteral("English");
}

void installLanguage(const QString& language) {
  const QString mine = QStringLiteral("language");
  for (auto* former : QCoreApplication::instance()->findChildren<QTranslator*>(mine)) {
    QCoreApplication::removeTranslator(former);
    delete former;
  }
  QLocale::setDefault(language == QLatin1String("zh_TW")
                          ? QLocale(QLocale::Chinese, QLocale::TraditionalHanScript, QLocale::Taiwan)
                          : QLocale(QLocale::English, QLocale::UnitedStates));
  QLocale locale;
  locale.setNumberOptions(QLocale::OmitGroupSeparator);
  QLocale::setDefault(locale);
  // English too has a file: the plural forms of its "%n" texts.
  auto* own = new QTranslator(QCoreApplication::instance());
  if (own->load(QStringLiteral(":/i18n/quantoscope_%1.qm").arg(language))) QCoreApplication::installTranslator(own);
  own->setObjectName(mine);
  auto* qt = new QTranslator(QCoreApplication::instance());
  qt->setObjectName(mine);
  if (qt->load(QStringLiteral("qtbase_%1").arg(language), QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
    QCoreApplication::installTranslator(qt);
}

}  // namespace app
