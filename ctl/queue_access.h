// How the operator's tool comes to the queue.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/config/config.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"

namespace smsweb::ctl {

enum class IfMissing : std::uint8_t { kMake, kRefuse };

// Root becomes the queue's owner first, for good: files that it leaves beside
// the queue could not be opened by smswebd and smsweb-cgi. With kRefuse,
// kUnavailable where there is no queue.
Result<SqliteStores> OpenQueue(const Config& config, IfMissing if_missing);

// Whom a file belongs to that root makes for the services: the queue's owner.
// None: whoever makes it.
struct FileOwner {
  uid_t user;
  gid_t group;
};
std::optional<FileOwner> OwnerForServices(const std::string& queue);

// The queue's file for an operator's work on it: its owner, for good.
Result<void> BecomeOwner(const std::string& queue);

// Root is the queue's owner, as far as opening files goes, while this lives.
class AsOwner {
 public:
  static Result<AsOwner> Begin(const std::string& queue);
  AsOwner(AsOwner&& other) noexcept
      : groups_(std::exchange(other.groups_, std::nullopt)) {}
  AsOwner& operator=(AsOwner&&) = delete;
  ~AsOwner();

 private:
  AsOwner() = default;
  std::optional<std::vector<gid_t>> groups_;  // root's own; none: not root
};

bool QueueExists(const Config& config);

// Whether a smswebd works on the queue.
Result<bool> SpoolerRuns(const Config& config);

// Rings, and starts a smswebd where nobody hears and the configuration says so.
Result<Wake> WakeSpooler(const Config& config);

}  // namespace smsweb::ctl
