// Small files, whole.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/error.h"

namespace smsweb::bench {

// Empty where it can't be read.
std::string ReadWhole(const std::filesystem::path& file);
Result<void> WriteWhole(const std::filesystem::path& file,
                        const std::string& text);

}  // namespace smsweb::bench
