// Planning: the problem is a snapshot of the session, solved behind; the last request wins.

#include "app/models/format.h"
#include "app/models/workspace_private.h"
#include "core/base/file.h"

namespace app {
namespace {

/// A regex that matches this name and nothing else.
std::string exactly(const QString& name) {
  std::string regex = "^";
  for (const char c : name.toStdString()) {
    if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c)) && c != '_') regex += '\\';
    regex += c;
  }
  return regex + "$";
}

}  // namespace

bool Workspace::solving() const { return d_->solving != nullptr; }

void Workspace::requestPlan(const QString& budget) {
  if (budget != budget_) d_->keep_tick.start();
  budget_ = budget;
  solve();
  noteRest();
}

void Workspace::solve() {
  const auto refuse = [this](const quant::Error& e) {
    d_->solving.reset();
    plan_error_ = e;
    Q_EMIT planFailed(e);
  };
  if (!session_) return;
  if (!d_->problem) {
    const auto model = quant::cost_model(*session_, selection_.metric.toStdString());
    if (!model) return refuse(model.error());
    std::vector<std::string> names;
    for (const QString& s : schemes_)
      if (std::any_of(candidates_.begin(), candidates_.end(),
                      [&](int i) { return analysis(format::utf8(tensors_[std::size_t(i)].name), s); }))
        names.push_back(s.toStdString());
    if (names.empty())
      return refuse({quant::ErrorCode::failed, "cannot plan", d_->path.toStdString(),
                     "no tensor is measured under the chosen schemes",
                     "press Analyze all, or choose schemes that are measured"});
    std::vector<quant::Pin> pins;
    for (auto pin = pins_.cbegin(); pin != pins_.cend(); ++pin)
      pins.push_back({exactly(pin.key()), pin.value().toStdString()});
    auto problem = quant::make_problem(*session_, *model, names, pins, {});
    if (!problem) return refuse(problem.error());
    d_->problem = std::make_shared<const quant::Problem>(std::move(*problem));
  }
  const auto budget = quant::parse_budget(budget_.toStdString(), d_->problem->elements());
  if (!budget) return refuse(budget.error());
  using Solved = std::shared_ptr<const quant::Plan>;
  d_->solving = std::make_unique<RunningJob<Solved>>(
      jobs_->pool(), [problem = d_->problem, budget = *budget](quant::JobContext& job) -> quant::Result<Solved> {
        QUANT_TRY(plan, quant::solve(*problem, budget, {}, job));
        return std::make_shared<const quant::Plan>(std::move(plan));
      });
  d_->solving->then(this, [this, refuse](quant::Result<Solved> plan) {
    d_->solving.reset();
    if (!plan) {
      refuse(plan.error());
    } else {
      plan_ = *plan;
      plan_error_.reset();
      planned_.clear();
      for (std::size_t i = 0; i < plan_->assignments.size(); ++i)
        planned_.insert(format::utf8(plan_->assignments[i].tensor), int(i));
      if (session_) (void)session_->store_text("plan", "current", quant::to_json(*plan_, d_->path.toStdString()));
      Q_EMIT planChanged();
    }
    noteRest();
  });
}

void Workspace::pin(const QString& tensor, const QString& scheme) {
  if (pins_.value(tensor) == scheme || isStored(scheme)) return;
  pins_.insert(tensor, scheme);
  d_->problem.reset();
  d_->keep_tick.start();
  Q_EMIT pinsChanged();
  if (plan_ || plan_error_) requestPlan(budget_);
}

void Workspace::unpin(const QString& tensor) {
  if (pins_.remove(tensor) == 0) return;
  d_->problem.reset();
  d_->keep_tick.start();
  Q_EMIT pinsChanged();
  if (plan_ || plan_error_) requestPlan(budget_);
}

quant::Result<void> Workspace::savePlan(const QString& path) const {
  if (!plan_)
    return quant::failure(quant::ErrorCode::failed, "cannot save the plan", path.toStdString(), "there is no plan yet",
                          "measure the model and set a budget first");
  return quant::write_file(path.toStdString(), std::string_view(quant::to_json(*plan_, d_->path.toStdString())));
}

}  // namespace app
