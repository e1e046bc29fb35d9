// UUIDs of version 7 (RFC 9562 § 5.7): 48 bits of Unix milliseconds, then
// random bits, so that ids made later sort later.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/random.h"

namespace smsweb {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

Uuid MakeUuidV7(WallTime now, Random& random);

// "0192d3c4-....": 36 characters, lower case.
std::string ToString(const Uuid& uuid);

// Takes the 36-character form, in either case; nothing else.
std::optional<Uuid> ParseUuid(std::string_view text);

}  // namespace smsweb
