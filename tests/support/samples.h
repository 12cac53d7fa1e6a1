#pragma once
// Files of other programs with what they read back: tests/data/formats.

#include <QCryptographicHash>
#include <QTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/sources/source.h"

namespace samples {

inline nlohmann::json expected() {
  auto all = nlohmann::json::parse(std::ifstream(QUANT_TEST_DATA "/formats/expected.json"));
  const auto packed = nlohmann::json::parse(std::ifstream(QUANT_TEST_DATA "/formats/expected_packed.json"));
  for (const auto& sample : packed.at("files")) all.at("files").push_back(sample);
  return all;
}

/// One row a sample of this folder, for a test with the column "file".
inline void rows(const std::string& folder) {
  QTest::addColumn<QString>("file");
  const nlohmann::json all = expected();
  for (const auto& sample : all.at("files")) {
    const std::string file = sample.at("file");
    if (file.starts_with(folder)) QTest::newRow(file.c_str()) << QString::fromStdString(file);
  }
}

inline QString sha256(const std::vector<float>& values) {
  const QByteArray bytes(reinterpret_cast<const char*>(values.data()),
                         static_cast<qsizetype>(values.size() * sizeof(float)));
  return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

/// Opens the sample and compares every tensor: name, type, shape, and its values bit for bit where they can be decoded.
inline void compare(const std::string& file) {
  const auto source = quant::open_source(std::string(QUANT_TEST_DATA "/formats/") + file);
  QVERIFY2(source, source ? "" : quant::one_line(source.error()).c_str());
  const nlohmann::json all = expected();
  for (const auto& sample : all.at("files")) {
    if (sample.at("file") != file) continue;
    QCOMPARE((*source)->tensors().size(), sample.at("tensors").size());
    for (const auto& want : sample.at("tensors")) {
      const auto index = quant::find_tensor(**source, want.at("name").get<std::string>());
      QVERIFY(index);
      const quant::TensorInfo& tensor = (*source)->tensors()[*index];
      if (want.contains("scheme")) {
        QVERIFY(!tensor.quantized.empty());
      } else {
        QCOMPARE(quant::info(tensor.dtype).name, want.at("dtype").get<std::string>());
      }
      const auto shape = want.at("shape").get<std::vector<std::uint64_t>>();
      QVERIFY(tensor.shape == shape || (tensor.shape.empty() && shape == std::vector<std::uint64_t>{1}));
      const auto view = (*source)->view(*index);
      if (!view) {
        QVERIFY(view.error().code == quant::ErrorCode::unsupported);
        QVERIFY(quant::info(tensor.dtype).packed);  // plain types are always read
        continue;
      }
      std::vector<float> values(tensor.elements());
      QVERIFY((*view)->read_rows(0, tensor.matrix().all_rows(), values));
      QCOMPARE(sha256(values), QString::fromStdString(want.at("sha256")));
    }
  }
}

}  // namespace samples
