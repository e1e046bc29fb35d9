// How many messages a queue has.
#pragma once

#include <filesystem>
#include <optional>

#include "bench/process/child.h"
#include "bench/setup/setup.h"

namespace smsweb::bench {

// smsweb's, by the store's own count, which it keeps by state: as cheap with a
// million messages as with one. Where there is no queue yet, there are none.
// Opened with the rights of `user`, whose folder it is in.
Result<QueueCount> CountSmswebQueue(const std::filesystem::path& queue,
                                    const std::optional<User>& user);

// The paper's, by its count.py in that folder.
Result<QueueCount> CountPaperQueue(const std::filesystem::path& programs,
                                   const std::filesystem::path& queue,
                                   const std::optional<User>& user);

// {"messages": 252, "states": {"queued": 12}}, as count.py prints it.
Result<QueueCount> ReadQueueCount(std::string_view json);

}  // namespace smsweb::bench
