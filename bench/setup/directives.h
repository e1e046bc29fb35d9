// Sizes, read back from the configuration files of web servers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// The number behind a name, as nginx ("worker_connections 16384;"), Apache
// ("MaxRequestWorkers    32"), uWSGI and lighttpd ("server.max-fds = 16384")
// write it, or within a line ("backlog=4096"). The first that is no comment;
// none: there is none.
std::optional<std::int64_t> SizeIn(std::string_view text,
                                   std::string_view name);

// Of these names those that are in one of the files.
Result<std::map<std::string, std::int64_t>> SizesIn(
    const std::vector<std::filesystem::path>& files,
    const std::vector<std::string>& names);

}  // namespace smsweb::bench
