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

bool Committer::Submit(PendingInsert* insert) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= most_waiting_) return false;
    first = waiting_.empty();
    waiting_.push_back(insert);
  }
  if (first) wake_.notify_one();
  return true;
}

void Committer::Run() {
  for (;;) {
    std::vector<PendingInsert*> group;
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

void Committer::Commit(const std::vector<PendingInsert*>& group) {
  std::vector<const Intake*> intakes;
  intakes.reserve(group.size());
  for (const auto* insert : group) intakes.push_back(&insert->intake);
  auto outcomes = store_.Insert(intakes);
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
  for (PendingInsert* insert : group) Commit({insert});
}

}  // namespace smsweb
