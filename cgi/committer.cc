#include "cgi/committer.h"

#include <utility>

namespace smsweb {

Committer::Committer(Store& store, std::size_t most_waiting, Done done)
    : store_(store),
      most_waiting_(most_waiting),
      done_(std::move(done)),
      thread_([this] { Run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Committer::Submit(PendingChange* change) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting_) return false;
    first = waiting_.empty();
    waiting_.push_back(change);
  }
  if (first) wake_.notify_one();
  return true;
}

void Committer::Run() {
  for (;;) {
    std::vector<PendingChange*> group;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      group.swap(waiting_);
    }
    Commit(group);
    done_(group);
  }
}

void Committer::Commit(const std::vector<PendingChange*>& group) {
  std::vector<Change> changes;
  changes.reserve(group.size());
  for (const auto* pending : group) changes.push_back(ViewOf(pending->work));
  auto outcomes = store_.Apply(changes);
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (outcomes) {
      group[i]->outcome = std::move((*outcomes)[i]);
    } else {
      group[i]->outcome = std::unexpected(outcomes.error());
    }
  }
  if (outcomes || outcomes.error().kind == ErrorKind::kUnavailable) return;
  if (group.size() == 1) return;
  // One that the store can't take must not cost the others theirs.
  for (PendingChange* pending : group) Commit({pending});
}

Change ViewOf(const Work& work) {
  return std::visit([](const auto& change) { return Change(&change); }, work);
}

// Whoever ends a verification may have taken a message out of the queue, of
// which nobody is told: callbacks are not for codes.
bool IsForSpooler(const ChangeOutcome& outcome) {
  if (const auto* start = std::get_if<StartOutcome>(&outcome)) {
    return start->queued;
  }
  const auto* intake = std::get_if<IntakeOutcome>(&outcome);
  return intake && intake->kind == IntakeOutcome::Kind::kTaken;
}

}  // namespace smsweb
