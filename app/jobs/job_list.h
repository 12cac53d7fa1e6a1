#pragma once
// What runs now: titles, progress, remaining time, Cancel. The status line shows it, pages add to it.

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

namespace app {

class JobList final : public QObject {
  Q_OBJECT
 public:
  struct Entry {
    int id = 0;
    QString title;
    std::function<double()> fraction;  ///< 0 … 1
    std::function<void()> cancel;
    QElapsedTimer since;
  };

  explicit JobList(QObject* parent = nullptr);
  ~JobList() override;

  /// Lists a job until finish(id). `fraction` is asked ten times a second.
  int add(const QString& title, std::function<double()> fraction, std::function<void()> cancel);
  void finish(int id);
  void cancelAll();

  const std::vector<Entry>& running() const { return running_; }
  double fraction() const;  ///< mean over the running jobs
  /// Seconds left of the slowest job; nothing before 3 s or 5 % (guesses before that jump).
  std::optional<double> remaining() const;

  /// Short work that a person waits for: opening, solving, element chains, map reductions.
  QThreadPool* pool() { return &pool_; }
  /// The one lane of long measurements: each uses all cores by itself.
  QThreadPool* lane() { return &lane_; }

 Q_SIGNALS:
  void changed();  ///< ten times a second while something runs, and at the end

 private:
  std::vector<Entry> running_;
  QTimer tick_;
  QThreadPool pool_, lane_;
  int last_id_ = 0;
};

}  // namespace app
