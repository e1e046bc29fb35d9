// A small file, written whole.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/error.h"

namespace smsweb::bench {

Result<void> WriteWhole(const std::filesystem::path& file,
                        const std::string& text);

}  // namespace smsweb::bench
