// Octets as the hexadecimal digits in which PDUs travel on an AT line.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace smsweb {

std::string ToHex(std::span<const std::uint8_t> octets);  // upper case

// Takes both cases, and nothing between the digits.
Result<std::vector<std::uint8_t>> FromHex(std::string_view hex);

}  // namespace smsweb
