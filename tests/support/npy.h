#pragma once
// Reads the small .npy files of tests/data (version 1, C order, little-endian). For trusted files only.

#include <QByteArray>
#include <QFile>
#include <QRegularExpression>
#include <QString>
#include <cstdint>
#include <cstring>
#include <vector>

namespace quant::test {

/// Any numeric array, with its values as double (exact for every type used in the goldens).
struct Array {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;

  std::vector<float> floats() const { return {values.begin(), values.end()}; }
};

template <class Stored>
void append_as_double(const QByteArray& data, std::vector<double>& out) {
  for (qsizetype at = 0; at + qsizetype(sizeof(Stored)) <= data.size(); at += sizeof(Stored)) {
    Stored value;
    std::memcpy(&value, data.constData() + at, sizeof(Stored));
    out.push_back(double(value));
  }
}

inline Array read_npy(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", qPrintable(path));
  const QByteArray all = file.readAll();
  const auto length = std::uint8_t(all[8]) | std::uint8_t(all[9]) << 8;
  const QString header = QString::fromLatin1(all.mid(10, length));
  const QByteArray data = all.mid(10 + length);
  Array array;
  const auto shape = QRegularExpression("'shape': \\(([^)]*)\\)").match(header).captured(1);
  for (const QString& n : shape.split(',', Qt::SkipEmptyParts))
    if (!n.trimmed().isEmpty()) array.shape.push_back(n.trimmed().toULongLong());
  const QString type = QRegularExpression("'descr': '[<|]([a-z]\\d)'").match(header).captured(1);
  if (type == "f4")
    append_as_double<float>(data, array.values);
  else if (type == "f8")
    append_as_double<double>(data, array.values);
  else if (type == "u1")
    append_as_double<std::uint8_t>(data, array.values);
  else if (type == "i1")
    append_as_double<std::int8_t>(data, array.values);
  else if (type == "u2")
    append_as_double<std::uint16_t>(data, array.values);
  else if (type == "i2")
    append_as_double<std::int16_t>(data, array.values);
  else if (type == "u4")
    append_as_double<std::uint32_t>(data, array.values);
  else if (type == "i4")
    append_as_double<std::int32_t>(data, array.values);
  else if (type == "i8")
    append_as_double<std::int64_t>(data, array.values);
  else
    qFatal("%s: unknown type %s", qPrintable(path), qPrintable(type));
  return array;
}

}  // namespace quant::test
