#include "cgi/backlog_watch.h"

namespace smsweb {
namespace {

constexpr std::chrono::seconds kLookEvery{1};

}  // namespace

std::optional<Delay> BacklogWatch::Look(Store& store) {
  const std::lock_guard lock(mutex_);
  const MonoTime now = clock_.Mono();
  if (looked_at_ && now - *looked_at_ < kLookEvery) return delay_;
  looked_at_ = now;
  const WallTime wall = clock_.Wall();
  const auto backlog = ReadBacklog(store, wall);
  delay_ = backlog ? ExpectedDelay(*backlog, wall) : std::nullopt;
  return delay_;
}

}  // namespace smsweb
