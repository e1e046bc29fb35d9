// smsweb's configuration for a set-up, and the sizes in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "bench/setup/layout.h"
#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// The file's text: defaults, but for where things are and for what the options
// say. Messages are taken from everywhere in 127.0.0.0/8, where the load comes
// from. Logs go to standard error, which is a file of each program's own.
std::string SmswebToml(const SetupOptions& options, const Layout& layout);

// "endpoint.max_connections" and its like, as smsweb-cgi reads them there.
Result<std::map<std::string, std::int64_t>> SmswebSizes(
    const std::filesystem::path& config);

}  // namespace smsweb::bench
