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
  std::vector<NewMessage> messages;
  messages.reserve(group.size());
  for (auto* insert : group) messages.push_back(std::move(insert->message));
  const auto opted_out = store_.Insert(messages);
  for (std::size_t i = 0; i < group.size(); ++i) {
    group[i]->message = std::move(messages[i]);
    group[i]->stored =
        opted_out ? Result<void>() : std::unexpected(opted_out.error());
  }
  if (opted_out) {
    for (const auto i : *opted_out) group[i]->stored = RecipientOptedOut();
    // One message that the store can't take must not cost the others theirs.
  } else if (opted_out.error().kind != ErrorKind::kUnavailable &&
             group.size() > 1) {
    for (auto* insert : group) {
      insert->stored = InsertOne(store_, insert->message);
    }
  }
}

}  // namespace smsweb
