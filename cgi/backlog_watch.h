// The backlog of codes, looked at once a second at the most, whoever asks.
#pragma once

#include <mutex>
#include <optional>

#include "common/base/clock.h"
#include "common/store/store.h"
#include "common/verify/backlog.h"

namespace smsweb {

class BacklogWatch {
 public:
  explicit BacklogWatch(const Clock& clock) : clock_(clock) {}

  // As ExpectedDelay(), with the store of whoever asks. Safe from several
  // threads. What can't be read is not known.
  std::optional<Delay> Look(Store& store);

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<MonoTime> looked_at_;
  std::optional<Delay> delay_;
};

}  // namespace smsweb
