#include "app/models/history.h"

#include <algorithm>

#include "app/models/format.h"
#include "app/models/workspace.h"

namespace app {
namespace {
constexpr std::size_t limit = 200;
constexpr int settle_ms = 400;
}  // namespace

History::History(Workspace& workspace, QObject* parent) : QObject(parent), workspace_(workspace) {
  settle_.setSingleShot(true);
  settle_.setInterval(settle_ms);
  connect(&settle_, &QTimer::timeout, this, &History::note);
  connect(&workspace, &Workspace::sourceChanged, this, &History::restart);
  for (const auto signal : {&Workspace::schemesChanged, &Workspace::pinsChanged, &Workspace::rolesChanged})
    connect(&workspace, signal, this, &History::note);
  connect(&workspace, &Workspace::planChanged, this, [this] {
    if (!travelling_ && !(now() == states_[std::size_t(at_)])) settle_.start(), Q_EMIT changed();
  });
  restart();
}

History::State History::now() const {
  return {workspace_.schemes(), workspace_.pins(), workspace_.budget(), workspace_.roleRules()};
}

/// Another model: what was decided for the former one is not offered.
void History::restart() {
  settle_.stop();
  states_ = {now()};
  at_ = 0;
  Q_EMIT changed();
}

void History::note() {
  if (travelling_) return;
  settle_.stop();
  State state = now();
  if (state == states_[std::size_t(at_)]) return Q_EMIT changed();
  states_.resize(std::size_t(at_) + 1);
  states_.push_back(std::move(state));
  if (states_.size() > limit) states_.erase(states_.begin());
  at_ = int(states_.size()) - 1;
  Q_EMIT changed();
}

void History::travel(int step) {
  note();
  const int to = at_ + step;
  if (to < 0 || to >= int(states_.size())) return;
  at_ = to;
  const State state = states_[std::size_t(to)];
  travelling_ = true;
  workspace_.setSchemes(state.schemes);
  const auto pins = workspace_.pins();
  for (auto pin = pins.cbegin(); pin != pins.cend(); ++pin)
    if (!state.pins.contains(pin.key())) workspace_.unpin(pin.key());
  for (auto pin = state.pins.cbegin(); pin != state.pins.cend(); ++pin) workspace_.pin(pin.key(), pin.value());
  if (state.budget != workspace_.budget()) workspace_.requestPlan(state.budget);
  if (state.role_rules != workspace_.roleRules())
    if (const auto set = workspace_.setRoleRules(state.role_rules); !set)
      Q_EMIT workspace_.noticed(format::error(set.error()));
  travelling_ = false;
  Q_EMIT changed();
}

}  // namespace app
