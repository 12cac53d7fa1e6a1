#pragma once
// What the window's tests share: a small model on disk, a private settings folder, waiting for rest.

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "app/models/workspace.h"
#include "app/pages/page.h"

/// Settings, sessions and caches of a test stay in its own folder.
inline QString privateFolders() {
  static QTemporaryDir folder;
  for (const char* name : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
    const QString path = folder.filePath(QString::fromLatin1(name));
    QDir().mkpath(path);
    QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv(name, path.toLocal8Bit());
  }
  return folder.path();
}

/// A safetensors file of `layers` layers with q and down projections (float32, rows × 256) and a norm each.
/// Values are sines of the index: the same on every machine, no two tensors alike.
inline QString writeModel(const QString& path, int layers = 3, int rows = 8) {
  constexpr int cols = 256;
  QJsonObject header;
  QByteArray data;
  const auto add = [&](const QString& name, QList<int> shape, double phase) {
    qint64 n = 1;
    QJsonArray dims;
    for (const int d : shape) n *= d, dims.append(d);
    const qint64 from = data.size();
    for (qint64 i = 0; i < n; ++i) {
      const float x = float(0.1 * std::sin(double(i) * 0.37 + phase));
      data.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
    header[name] = QJsonObject{{"dtype", "F32"}, {"shape", dims}, {"data_offsets", QJsonArray{from, data.size()}}};
  };
  for (int l = 0; l < layers; ++l) {
    const QString at = QStringLiteral("model.layers.%1.").arg(l);
    add(at + "input_layernorm.weight", {cols}, l);
    add(at + "mlp.down_proj.weight", {rows, cols}, 10 + l);
    add(at + "self_attn.q_proj.weight", {rows, cols}, 20 + l);
  }
  const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
  const quint64 size = quint64(text.size());
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write the model");
  file.write(reinterpret_cast<const char*>(&size), sizeof size);
  file.write(text);
  file.write(data);
  return path;
}

inline bool waitForRest(const app::Workspace& workspace) {
  return QTest::qWaitFor([&] { return workspace.atRest(); }, 20'000);
}

/// The workspace and a page over it.
inline bool waitForRest(const app::Workspace& workspace, const app::Page& page) {
  return QTest::qWaitFor([&] { return workspace.atRest() && page.atRest(); }, 10'000);
}

inline bool openAndRest(app::Workspace& workspace, const QString& path) {
  QSignalSpy opened(&workspace, &app::Workspace::sourceChanged);
  workspace.open(path);
  return opened.wait(10'000) && waitForRest(workspace);
}
