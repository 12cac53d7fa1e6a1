// article on a device.

#include "core/methods/uniform/article.h"
#include "gpu/uniform_kernel.h"

namespace quant {
namespace {

class ArticleKernel final : public SchemeKernel {
 public:
  bool offers(const Method& method, const DeviceForm& device) const override {
    return method.id == "article" && device.exact_division;
  }
  bool runs(const RowQuantizer& quantizer, const DeviceForm& device) const override {
    return offers(quantizer.scheme().method(), device) && runs_uniform(article_form(quantizer.scheme()), device);
  }
  bool has_zeros(const RowQuantizer&) const override { return false; }
  Result<void> encode(Device& device, const RowQuantizer& quantizer, const RowTile& tile,
                      const TileBuffers& on) const override {
    return encode_uniform(device, article_form(quantizer.scheme()), quantizer, tile, on);
  }
};

}  // namespace

std::unique_ptr<SchemeKernel> make_article_kernel() { return std::make_unique<ArticleKernel>(); }

}  // namespace quant
