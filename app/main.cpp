// quantoscope: the window. Options are read before anything is made, so that a wrong one costs nothing.

#include <QApplication>
#include <QCommandLineParser>
#include <QRegularExpression>
#include <QSettings>
#include <cstdio>

#include "app/models/workspace.h"
#include "app/pages/page.h"
#include "app/user/role_rules_file.h"
#include "app/window/deep_link.h"
#include "app/window/language.h"
#include "app/window/main_window.h"
#include "app/window/message_bar.h"
#include "app/window/shot.h"
#include "app/window/theme.h"
#include "core/base/version.h"

namespace {

struct Options {
  QStringList files;
  QString page, theme, language, picture, against;
  QSize size{1440, 900};
};

int complain(const QString& what) {
  std::fprintf(stderr, "error: %s\n", what.toLocal8Bit().constData());
  return 2;
}

QString listed(const QStringList& words) { return words.join(QStringLiteral(", ")); }

QStringList pageIds() {
  QStringList ids;
  for (const auto& page : app::pages()) ids << QString::fromLatin1(page.id);
  return ids;
}

/// Exit code of a finished run (help, a wrong option), or nothing: go on.
std::optional<int> read(const QStringList& arguments, Options& o) {
  QCommandLineParser parser;
  parser.setApplicationDescription(
      QStringLiteral("See what quantization does to every weight, and plan bits with proof."));
  const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Shows this help."));
  const QCommandLineOption version(QStringLiteral("version"), QStringLiteral("Shows the version."));
  const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("Page to show: %1.").arg(listed(pageIds())),
                                QStringLiteral("ID"));
  const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light or dark."), QStringLiteral("NAME"));
  const QCommandLineOption language(
      QStringLiteral("lang"), QStringLiteral("Language: %1.").arg(listed(app::languages())), QStringLiteral("CODE"));
  const QCommandLineOption against(QStringLiteral("against"),
                                   QStringLiteral("Compares what FILE stores with the checkpoint it was made from."),
                                   QStringLiteral("ORIGINAL"));
  const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window."), QStringLiteral("WxH"));
  const QCommandLineOption picture(QStringLiteral("screenshot"),
                                   QStringLiteral("Saves a picture of the page at rest, and quits."),
                                   QStringLiteral("OUT.png"));
  parser.addOptions({help, version, page, theme, language, size, against, picture});
  parser.addPositionalArgument(QStringLiteral("FILE"),
                               QStringLiteral("A checkpoint, a folder, a session (.qscope), or a link (qscope:…)."),
                               QStringLiteral("[FILE…]"));
  if (!parser.parse(arguments))
    return complain(QStringLiteral("cannot start: options: %1; run quantoscope --help").arg(parser.errorText()));
  if (parser.isSet(help)) {  // no application runs yet that Qt could ask for its name
    const QString text = parser.helpText().replace(QLatin1String("<executable_name>"), QLatin1String("quantoscope"));
    return std::fputs(text.toLocal8Bit().constData(), stdout), 0;
  }
  if (parser.isSet(version)) return std::printf("quantoscope %s\n", quant::version.data()), 0;

  o.files = parser.positionalArguments();
  o.page = parser.value(page), o.theme = parser.value(theme), o.language = parser.value(language),
  o.picture = parser.value(picture), o.against = parser.value(against);
  if (parser.isSet(page) && !app::findPage(o.page))
    return complain(QStringLiteral("cannot show the page: --page: there is no page \"%1\"; valid are %2")
                        .arg(o.page, listed(pageIds())));
  if (parser.isSet(theme) && o.theme != QLatin1String("light") && o.theme != QLatin1String("dark"))
    return complain(
        QStringLiteral("cannot set the theme: --theme: there is no theme \"%1\"; valid are light, dark").arg(o.theme));
  if (parser.isSet(language) && !app::languages().contains(o.language))
    return complain(QStringLiteral("cannot set the language: --lang: there is no translation \"%1\"; valid are %2")
                        .arg(o.language, listed(app::languages())));
  if (parser.isSet(against) && (o.against.isEmpty() || o.files.isEmpty()))
    return complain(QStringLiteral("cannot compare: --against: there is no %1; give both, as in q.gguf --against model")
                        .arg(o.against.isEmpty() ? QStringLiteral("ORIGINAL") : QStringLiteral("FILE")));
  if (parser.isSet(picture) && o.picture.isEmpty())
    return complain(
        QStringLiteral("cannot save a picture: --screenshot: the file name is empty; give one like out.png"));
  if (parser.isSet(size)) {
    static const QRegularExpression form(QStringLiteral("^([0-9]{1,5})x([0-9]{1,5})$"));
    const auto m = form.match(parser.value(size));
    o.size = QSize(m.captured(1).toInt(), m.captured(2).toInt());
    if (!m.hasMatch() || o.size.width() < 320 || o.size.height() < 240 || o.size.width() > 16384 ||
        o.size.height() > 16384)
      return complain(
          QStringLiteral("cannot set the size: --size: \"%1\" is not WxH from 320x240 to 16384x16384; try 1440x900")
              .arg(parser.value(size)));
  }
  return {};
}

/// Qt's offscreen platform prints the first for every window with size hints, a machine without a login session the
/// second: they say nothing about us.
void quietHandler(QtMsgType type, const QMessageLogContext&, const QString& message) {
  if (type == QtDebugMsg || type == QtInfoMsg || message.contains(QLatin1String("This plugin does not support")) ||
      message.contains(QLatin1String("XDG_RUNTIME_DIR")))
    return;
  std::fprintf(stderr, "%s\n", message.toLocal8Bit().constData());
}

int exitCode(const quant::Error& error) {
  switch (error.code) {
    case quant::ErrorCode::malformed:
    case quant::ErrorCode::unsupported:
    case quant::ErrorCode::unsafe: return 3;
    case quant::ErrorCode::usage: return 2;
    default: return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  QStringList arguments;
  for (int i = 0; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
  if (const auto code = read(arguments, options)) return *code;

  const bool display = qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY") ||
                       qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
  if (!display && options.picture.isEmpty()) {
    std::fprintf(
        stderr,
        "error: cannot open the window: this machine: there is no display; set DISPLAY, or use quantoscope-cli\n");
    return 1;
  }
  if (!display) qputenv("QT_QPA_PLATFORM", "offscreen");
  qInstallMessageHandler(quietHandler);
  QApplication::setApplicationName(QStringLiteral("quantoscope"));
  QApplication::setOrganizationName(QStringLiteral("quantoscope"));
  QApplication::setApplicationVersion(QString::fromLatin1(quant::version.data(), qsizetype(quant::version.size())));
  QApplication application(argc, argv);

  const QString kept = QSettings().value(QStringLiteral("language")).toString();
  const QString language = !options.language.isEmpty()       ? options.language
                           : app::languages().contains(kept) ? kept
                                                             : app::systemLanguage();
  app::installLanguage(language);
  const QString theme = options.theme.isEmpty() ? QSettings().value(QStringLiteral("theme")).toString() : options.theme;
  app::applyTheme(application,
                  theme == QLatin1String("dark")    ? app::ThemeKind::dark
                  : theme == QLatin1String("light") ? app::ThemeKind::light
                                                    : app::systemTheme(application.palette()),
                  language);

  const auto broken_rules = user::load_role_rules();
  app::Workspace workspace;
  app::MainWindow window(workspace);
  window.showPage(options.page.isEmpty() ? QStringLiteral("start") : options.page);
  if (!options.page.isEmpty()) window.stayOnPage();
  for (const QString& link : options.files.filter(QRegularExpression(u'^' + app::linkScheme()))) {
    options.files.removeAll(link);
    window.follow(link);
  }
  if (broken_rules) {
    std::fprintf(stderr, "warning: %s\n", quant::one_line(*broken_rules).c_str());
    const auto tell = [&window, error = *broken_rules] { window.messages().showError(error); };
    tell();  // and once more over the first model, which clears the message of before
    QObject::connect(&workspace, &app::Workspace::sourceChanged, &window, tell, Qt::SingleShotConnection);
  }
  window.openPaths(options.files, options.against);
  window.resize(options.size);
  window.show();
  if (!options.picture.isEmpty()) {
    auto* shot = new app::Shot(window, options.picture, options.size);
    QObject::connect(&workspace, &app::Workspace::openFailed, shot, [shot](const QString&, const quant::Error& error) {
      std::fprintf(stderr, "error: %s\n", quant::one_line(error).c_str());
      shot->setCode(exitCode(error));
    });
    shot->start();
  }
  return QApplication::exec();
}
