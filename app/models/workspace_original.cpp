// The original: a second checkpoint beside the open one, and the measurements of what is stored against it. They are
// kept in a session of their own, so that no plan and no report takes them for those of a scheme.

#include <QFileInfo>

#include "app/models/format.h"
#include "app/models/workspace_private.h"

namespace app {
namespace {

/// The real-valued tensors: those that figures can be had of.
std::vector<std::size_t> measurable(const quant::Source& source) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < source.tensors().size(); ++i)
    if (quant::info(source.tensors()[i].dtype).real) found.push_back(i);
  return found;
}

}  // namespace

quant::Result<std::shared_ptr<Workspace::OpenedOriginal>> Workspace::openOriginal(
    std::shared_ptr<const quant::Source> source, const QString& path) {
  QUANT_TRY(other, quant::open_source(path.toStdString()));
  auto pairing = quant::pair_with_original(*source, measurable(*source), *other);
  if (pairing.pairs.empty())
    return quant::failure(quant::ErrorCode::refused, "compare with the original", path.toStdString(),
                          pairing.unmatched.empty()
                              ? "the open model has no real-valued tensor"
                              : source->tensors()[pairing.unmatched[0].tensor].name + ": " + pairing.unmatched[0].why,
                          "give the checkpoint that the open model was made from");
  const QString identity = identityOf(*source, *other);
  QUANT_TRY(session, boundSession(*source, autosaveFile(identity.toStdString())));
  auto found = std::make_shared<OpenedOriginal>();
  QUANT_TRY(analyses, session->analyses());
  found->analyses = std::move(analyses);
  found->session = std::move(session);
  found->original = std::make_shared<const Original>(
      Original{path, storedChoice(*source, identity), std::move(other), std::move(pairing)});
  return found;
}

void Workspace::compareWith(const QString& path) {
  if (!source_) {
    const QString text = tr("Open a model first, then its original.");
    return Q_EMIT noticed(text);
  }
  using Answer = std::shared_ptr<OpenedOriginal>;
  jobs_->finish(std::exchange(d_->original_entry, 0));
  d_->opening_original = std::make_unique<RunningJob<Answer>>(
      jobs_->pool(), [source = source_, path](quant::JobContext&) { return openOriginal(source, path); });
  d_->original_entry = jobs_->add(
      tr("Opening %1").arg(QFileInfo(path).fileName()), [] { return 0.0; },
      [this] {
        if (d_->opening_original) d_->opening_original->cancel();
      });
  d_->opening_original->then(this, [this, path, source = source_](quant::Result<Answer> answer) {
    d_->opening_original.reset();
    jobs_->finish(std::exchange(d_->original_entry, 0));
    if (!answer) {
      Q_EMIT openFailed(path, answer.error());
    } else if (source == source_) {
      adoptOriginal(answer->get());
      tellOriginal(true);
      Q_EMIT measurementsChanged();
    }
    noteRest();
  });
  noteRest();
}

void Workspace::dropOriginal() {
  remember(QLatin1String(original_key), {});
  adoptOriginal(nullptr);
  Q_EMIT schemesChanged();
  if (!choices().contains(selection_.scheme)) selectScheme(schemes_.front());
}

/// Takes the place of the former original, figures and all; null: none. Tensors without a partner count as refused.
void Workspace::adoptOriginal(const OpenedOriginal* found) {
  d_->analyses.removeIf([](const auto& pair) { return isStored(pair.key().second); });
  for (const Pair& pair : d_->counters.keys())
    if (isStored(pair.second)) d_->counters.remove(pair);
  d_->original = found ? found->original : nullptr;
  d_->stored = found ? found->session : nullptr;
  if (!found) return;
  const QString& choice = d_->original->choice;
  for (const auto& a : found->analyses) d_->analyses.insert(Pair(format::utf8(a.tensor), choice), a);
  for (const auto& left : d_->original->pairing.unmatched) {
    const quant::TensorInfo& tensor = tensors_[left.tensor];
    if (tensor.quantized.empty() && !quant::is_candidate(tensor)) continue;  // norms and biases: nobody asks
    quant::StoredAnalysis refused;
    refused.tensor = tensor.name, refused.scheme = choice.toStdString(), refused.refused = left.why;
    d_->analyses.insert(Pair(format::utf8(refused.tensor), choice), refused);
  }
}

/// The pages hear of the new choice; where the user asked for it, it is shown and measured.
void Workspace::tellOriginal(bool asked) {
  Q_EMIT schemesChanged();
  if (!asked) return;
  remember(QLatin1String(original_key), QFileInfo(d_->original->path).absoluteFilePath());
  selectScheme(d_->original->choice);
  for (const int i : candidates_)
    if (lacksStored(i)) d_->queue.addComparison(i, d_->original, i == selection_.tensor);
  QString text = tr("What is stored is held against %1.").arg(d_->original->path);
  if (const QStringList left = unmatched(); !left.isEmpty())
    text += u' ' + tr("%n tensors have no original there, %1 first.", nullptr, int(left.size())).arg(left.front());
  Q_EMIT noticed(text);
  noteRest();
}

std::shared_ptr<const Original> Workspace::original() const { return d_->original; }

QStringList Workspace::choices() const {
  return d_->original ? schemes_ + QStringList{d_->original->choice} : schemes_;
}

QStringList Workspace::comparable() const {
  return isStored(selection_.scheme) ? QStringList{selection_.scheme} : schemes_;
}

QStringList Workspace::unmatched() const {
  QStringList names;
  if (!d_->original || !source_) return names;
  for (const std::size_t t : quant::compared_tensors(*source_))
    if (!d_->original->pairing.find(t)) names << format::utf8(tensors_[t].name);
  return names;
}

Sight Workspace::sight(const QString& choice) const {
  Sight sight{source_, nullptr, {}, device(), devices()};
  if (isStored(choice))
    sight.original = d_->original;
  else if (auto scheme = quant::Scheme::parse(choice.toStdString()))
    sight.scheme = std::move(*scheme);
  return sight;
}

bool Workspace::lacksStored(int tensor) const {
  return d_->original && d_->original->pairing.find(std::size_t(tensor)) &&
         !d_->analyses.contains(Pair(format::utf8(tensors_[std::size_t(tensor)].name), d_->original->choice));
}

quant::Session* Workspace::sessionOf(const QString& choice) const {
  return isStored(choice) ? d_->stored.get() : session_.get();
}

}  // namespace app
