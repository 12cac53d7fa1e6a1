// rtn on random tensors: what must hold for every group (properties).

#include <rapidcheck.h>

#include <QTest>
#include <cmath>

#include "core/methods/uniform/rtn.h"
#include "tests/support/methods.h"

using namespace quant::test;

namespace {

/// Weights of one group: magnitudes over many octaves, now and then a NaN or an infinity.
rc::Gen<Weights> weights() {
  const auto number = rc::gen::map(rc::gen::pair(rc::gen::inRange(-1000000, 1000001), rc::gen::inRange(-40, 3)),
                                   [](const auto& p) { return std::ldexp(float(p.first) / 1e6f, p.second); });
  const auto odd = rc::gen::element(0.0f, -0.0f, not_a_number, infinity, -infinity, 1e-42f, 7.0f);
  return rc::gen::nonEmpty(rc::gen::container<Weights>(rc::gen::weightedOneOf<float>({{12, number}, {1, odd}})));
}

std::string random_scheme() {
  std::string scheme = "rtn:bits=" + std::to_string(*rc::gen::inRange(2, 9));
  scheme += *rc::gen::element<std::string>("", ",narrow", ",full", ",asym", ",asym,nowiden");
  scheme += *rc::gen::element<std::string>("", ",recip");
  scheme += *rc::gen::element<std::string>("", ",scales=f16");
  scheme += *rc::gen::element<std::string>("", ",group=3", ",group=16", ",gran=tensor");
  return scheme;
}

struct Group {
  float scale, zero;
};

Group group_of(const Fitted& f, const quant::QuantizedTile& q, std::size_t i) {
  if (f.rows->region() == quant::Region::tensor)
    return {f.rows->shared().scales[0], f.rows->shared().zeros.empty() ? 0 : f.rows->shared().zeros[0]};
  const std::size_t region = f.rows->group() > 0 ? i / f.rows->group() : 0;
  return {q.scales[region], q.zeros.empty() ? 0 : float(q.zeros[region])};
}

/// The definition, apart from the code under test: nearbyint, one float32 operation at a time.
int code_of(float w, Group g, const quant::uniform::Form& form) {
  const float inverse = 1.0f / g.scale;
  const float quotient = form.recip && std::isfinite(inverse) ? w * inverse : w / g.scale;
  return int(std::clamp(std::nearbyint(quotient) + g.zero, form.code_lo, form.code_hi));
}

}  // namespace

class TestRtnProperties : public QObject {
  Q_OBJECT

 private slots:
  void quantizingAgainGivesTheSameCodes() {
    QVERIFY(rc::check("ŵ under the same scales and zeros", [] {
      const Weights w = *weights();
      const Fitted f = fit(random_scheme(), {w.size()}, w);
      const auto q = f.whole();
      const auto form = quant::rtn_form(f.rows->scheme());
      const auto c = codes(f, q);
      for (std::size_t i = 0; i < w.size(); ++i) RC_ASSERT(code_of(q.values[i], group_of(f, q, i), form) == c[i]);
    }));
  }

  void errorsAreWithinHalfAStep() {
    QVERIFY(rc::check("|w − ŵ| ≤ Δ/2·(1 + 2^(b−22)), 2^(b−21) with recip, unless clipped", [] {
      const Weights w = *weights();
      const Fitted f = fit(random_scheme(), {w.size()}, w);
      const auto q = f.whole();
      const auto form = quant::rtn_form(f.rows->scheme());
      const double slack = std::ldexp(1.0, form.bits - (form.recip ? 21 : 22));
      for (std::size_t i = 0; i < w.size(); ++i) {
        if (!std::isfinite(w[i]) || (!q.clipped.empty() && q.clipped[i])) continue;
        const Group g = group_of(f, q, i);
        const double e = std::fabs(double(q.values[i]) - double(w[i]));
        // A denormal Δ has products that are rounded to whole units of 2^−149.
        RC_ASSERT(e <= double(g.scale) / 2 * (1 + slack) + 0x1p-150);
      }
    }));
  }

  void codesFollowTheDefinition() {
    QVERIFY(rc::check("q = clamp(rne(w/Δ) + z)", [] {
      const Weights w = *weights();
      const Fitted f = fit(random_scheme(), {w.size()}, w);
      const auto q = f.whole();
      const auto form = quant::rtn_form(f.rows->scheme());
      const auto c = codes(f, q);
      for (std::size_t i = 0; i < w.size(); ++i) {
        const Group g = group_of(f, q, i);
        RC_ASSERT(c[i] == (std::isfinite(w[i]) ? code_of(w[i], g, form) : int(g.zero)));
        RC_ASSERT(std::isfinite(g.scale) && g.scale > 0);
      }
    }));
  }

  void symmetricMinmaxClipsNothing() {
    QVERIFY(rc::check("sym holds every weight", [] {
      const Weights w = *weights();
      RC_ASSERT(fit("rtn:group=8", {w.size()}, w).whole().clipped.empty());
    }));
  }

  void roundingIsNearbyint() {
    QVERIFY(rc::check("rne", [](std::uint32_t bits) {
      const float v = std::bit_cast<float>(bits);
      if (!std::isnan(v)) RC_ASSERT(quant::uniform::rne(v) == std::nearbyint(v));
    }));
  }
};

QTEST_APPLESS_MAIN(TestRtnProperties)
#include "tst_rtn_properties.moc"
