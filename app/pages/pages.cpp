#include <QCoreApplication>
#include <algorithm>
#include <iterator>

#include "app/pages/bits_page.h"
#include "app/pages/compare_page.h"
#include "app/pages/histograms_page.h"
#include "app/pages/maps_page.h"
#include "app/pages/page.h"
#include "app/pages/plan_page.h"
#include "app/pages/sensitivity_page.h"
#include "app/pages/start_page.h"
#include "app/pages/tensors_page.h"

namespace app {
namespace {

template <class P>
Page* make(Workspace& workspace, QWidget* parent) {
  return new P(workspace, parent);
}

// One line a page, in the order of the rail.
constexpr PageEntry entries[] = {
    {"start", QT_TRANSLATE_NOOP("pages", "Start"), "start", 0, "", make<StartPage>},
    {"tensors", QT_TRANSLATE_NOOP("pages", "Tensors"), "tensors", 0, "Ctrl+1", make<TensorsPage>},
    {"histograms", QT_TRANSLATE_NOOP("pages", "Histograms"), "histograms", 0, "Ctrl+2", make<HistogramsPage>},
    {"maps", QT_TRANSLATE_NOOP("pages", "Maps"), "maps", 0, "Ctrl+3", make<MapsPage>},
    {"sensitivity", QT_TRANSLATE_NOOP("pages", "Sensitivity"), "sensitivity", 0, "Ctrl+4", make<SensitivityPage>},
    {"compare", QT_TRANSLATE_NOOP("pages", "Compare"), "compare", 0, "Ctrl+5", make<ComparePage>},
    {"plan", QT_TRANSLATE_NOOP("pages", "Plan"), "plan", 1, "Ctrl+6", make<PlanPage>},
    {"bits", QT_TRANSLATE_NOOP("pages", "Bits"), "bits", 2, "Ctrl+8", make<BitsPage>},
};

}  // namespace

std::span<const PageEntry> pages() { return entries; }

const PageEntry* findPage(const QString& id) {
  const auto* at = std::find_if(std::begin(entries), std::end(entries),
                                [&](const PageEntry& e) { return id == QLatin1String(e.id); });
  return at == std::end(entries) ? nullptr : at;
}

}  // namespace app
