// How the operator's tool comes to the queue.
#pragma once

#include <cstdint>

#include "common/config/config.h"
#include "common/store/sqlite_store.h"
#include "ctl/commands.h"

namespace smsweb::ctl {

enum class IfMissing : std::uint8_t { kMake, kRefuse };

// Root becomes the queue's owner first, for good: files that it leaves beside
// the queue could not be opened by smswebd and smsweb-cgi. With kRefuse,
// kUnavailable where there is no queue.
Result<SqliteStores> OpenQueue(const Config& config, IfMissing if_missing);

bool QueueExists(const Config& config);

// Whether a smswebd works on the queue.
Result<bool> SpoolerRuns(const Config& config);

// Rings, and starts a smswebd where nobody hears and the configuration says so.
Result<Wake> WakeSpooler(const Config& config);

}  // namespace smsweb::ctl
