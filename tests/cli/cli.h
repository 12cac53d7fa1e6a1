#pragma once
// The built command line as a test sees it: run it, read what it said. And small files to run it on.

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using Json = nlohmann::json;

struct Ran {
  int code = -1;
  bool crashed = false;
  QByteArray out, err;

  /// stdout as one JSON document; discarded where it is none.
  Json json() const { return Json::parse(out.toStdString(), nullptr, false); }
  QStringList errorLines() const { return QString::fromUtf8(err).split('\n', Qt::SkipEmptyParts); }
};

inline QString program() { return QStringLiteral(QUANT_BIN "/quantoscope-cli"); }

/// Caches and settings of the user neither help nor are changed.
inline QProcessEnvironment environment(const QTemporaryDir& home) {
  auto env = QProcessEnvironment::systemEnvironment();
  for (const auto* name : {"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"}) env.insert(name, home.path());
  return env;
}

inline Ran run(const QStringList& args, const QTemporaryDir& home) {
  QProcess process;
  process.setProcessEnvironment(environment(home));
  process.start(program(), args);
  Ran ran;
  if (!process.waitForFinished(120000)) {
    process.kill();
    process.waitForFinished();
  }
  ran.crashed = process.exitStatus() != QProcess::NormalExit;
  ran.code = process.exitCode();
  ran.out = process.readAllStandardOutput();
  ran.err = process.readAllStandardError();
  return ran;
}

/// With --json --progress never, as scripts run it.
inline Ran runJson(QStringList args, const QTemporaryDir& home) {
  return run(args << "--json"
                  << "--progress"
                  << "never",
             home);
}

/// One line "error: what: where: why; what to do" on stderr, the same as JSON on stdout. Empty where all holds.
inline QString errorFormFault(const Ran& ran) {
  static const QRegularExpression form(QStringLiteral("^error: [^:]+: .+: .+; .+"));
  if (ran.errorLines().size() != 1) return QStringLiteral("stderr is not one line: %1").arg(QString::fromUtf8(ran.err));
  if (!form.match(ran.errorLines().first()).hasMatch())
    return QStringLiteral("wrong form: ") + ran.errorLines().first();
  const auto json = ran.json();
  if (json.is_discarded() || !json.contains("error"))
    return QStringLiteral("no JSON error: ") + QString::fromUtf8(ran.out);
  for (const auto* key : {"code", "message", "where", "hint"})
    if (!json["error"].contains(key)) return QStringLiteral("JSON error lacks ") + key;
  return {};
}

/// The keys that `object` lacks, of those in `names` (blank-separated).
inline QString lacking(const Json& object, const QString& names) {
  QStringList missing;
  for (const auto& name : names.split(' '))
    if (!object.contains(name.toStdString())) missing << name;
  return missing.join(' ');
}

struct Tensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

/// A safetensors file of float32 tensors (github.com/huggingface/safetensors, "Format").
inline QString writeSafetensors(const QString& path, const std::vector<Tensor>& tensors) {
  nlohmann::ordered_json header;
  std::uint64_t at = 0;
  QByteArray data;
  for (const auto& t : tensors) {
    const std::uint64_t bytes = t.values.size() * sizeof(float);
    header[t.name] = {{"dtype", "F32"}, {"shape", t.shape}, {"data_offsets", {at, at + bytes}}};
    data.append(reinterpret_cast<const char*>(t.values.data()), static_cast<qsizetype>(bytes));
    at += bytes;
  }
  auto text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t size = text.size();
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return {};
  file.write(reinterpret_cast<const char*>(&size), sizeof size);
  file.write(text.data(), static_cast<qint64>(text.size()));
  file.write(data);
  return path;
}

/// The data of a .npy file and its header's text.
struct Npy {
  QByteArray header, data;
  template <class T>
  std::vector<T> as() const {
    std::vector<T> values(static_cast<std::size_t>(data.size()) / sizeof(T));
    std::memcpy(values.data(), data.constData(), values.size() * sizeof(T));
    return values;
  }
};
inline Npy readNpy(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  const auto all = file.readAll();
  if (!all.startsWith("\x93NUMPY") || all.size() < 10) return {};
  const int length = static_cast<unsigned char>(all[8]) + 256 * static_cast<unsigned char>(all[9]);
  return {all.mid(10, length), all.mid(10 + length)};
}

/// Values of one linear weight: deterministic, of both signs, with a few large ones.
inline std::vector<float> weights(std::size_t n, unsigned seed, float spread = 0.05f) {
  std::vector<float> values(n);
  std::uint32_t state = 2463534242u + seed;
  for (auto& v : values) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;  // xorshift32 (Marsaglia 2003)
    v = spread * (static_cast<float>(state >> 8) / 8388608.0f - 1);
    if (state % 97 == 0) v *= 6;
  }
  return values;
}

/// A small Llama-like model: `layers` layers of q, v, up, down projections, a norm each, an embedding.
inline std::vector<Tensor> smallModel(int layers) {
  std::vector<Tensor> model;
  model.push_back({"model.embed_tokens.weight", {128, 64}, weights(128 * 64, 1)});
  for (int i = 0; i < layers; ++i) {
    const auto prefix = "model.layers." + std::to_string(i) + ".";
    const auto seed = static_cast<unsigned>(10 * i);
    model.push_back({prefix + "self_attn.q_proj.weight", {64, 64}, weights(64 * 64, seed + 2)});
    model.push_back({prefix + "self_attn.v_proj.weight", {64, 64}, weights(64 * 64, seed + 3, 0.02f)});
    model.push_back({prefix + "mlp.up_proj.weight", {160, 64}, weights(160 * 64, seed + 4)});
    model.push_back({prefix + "mlp.down_proj.weight", {64, 160}, weights(64 * 160, seed + 5, 0.1f)});
    model.push_back({prefix + "input_layernorm.weight", {64}, std::vector<float>(64, 1.0f)});
  }
  return model;
}

}  // namespace cli
