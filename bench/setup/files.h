// Small files, read whole.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

Result<std::string> ReadText(const std::filesystem::path& file);

// The files in a folder, without what is below, in the order of their names.
Result<std::vector<std::filesystem::path>> FilesIn(
    const std::filesystem::path& folder);

}  // namespace smsweb::bench
