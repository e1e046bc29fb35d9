// Group commit: one thread gathers the changes that wait and applies them
// together, so that one fsync serves many requests. While the disk works,
// the next group gathers.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "common/store/store.h"

namespace smsweb {

// What a request wants of the queue.
using Work =
    std::variant<Intake, VerificationStart, VerificationCheck, VerificationEnd>;
Change ViewOf(const Work& work);
// Whether there is something new for the spooler to do.
bool IsForSpooler(const ChangeOutcome& outcome);

// A change on its way to the disk, and what becomes of it. Owned by whoever
// submits it; the committer only borrows it.
struct PendingChange {
  Work work;
  Result<ChangeOutcome> outcome;
};

class Committer {
 public:
  // `done` is called in the committer's thread after each commit, with all that
  // it decided: taken or not. `store` is used by that thread alone.
  using Done = std::function<void(const std::vector<PendingChange*>& group)>;
  Committer(Store& store, std::size_t most_waiting, Done done);
  // Commits what waits, then ends.
  ~Committer();

  // False, and nothing is taken, when too many wait already.
  bool Submit(PendingChange* change);

 private:
  void Run();
  void Commit(const std::vector<PendingChange*>& group);

  Store& store_;
  const std::size_t most_waiting_;
  const Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<PendingChange*> waiting_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace smsweb
