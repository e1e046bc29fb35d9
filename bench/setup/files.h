// What is in a folder.
#pragma once

#include <filesystem>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// The files in a folder, without what is below, in the order of their names.
Result<std::vector<std::filesystem::path>> FilesIn(
    const std::filesystem::path& folder);

}  // namespace smsweb::bench
