// Which options a kind of set-up has, and what may be asked of it.
#pragma once

#include "bench/setup/setup.h"

namespace smsweb::bench {

// kInvalid: which option, why, and what to do instead. Pure.
Result<void> CheckOptions(const SetupKind& kind, const SetupOptions& options);

// How many descriptors the web server and smsweb-cgi are started with, where so
// many are the most that a process may have.
std::uint64_t ServerDescriptors(const SetupOptions& options,
                                std::uint64_t hard_limit);

}  // namespace smsweb::bench
