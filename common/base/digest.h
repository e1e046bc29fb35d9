// Digests (libsodium), and the base64 in which they travel.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

using Digest256 = std::array<std::uint8_t, 32>;

// BLAKE2b of the pieces, each with its length before it: ("ab", "c") and
// ("a", "bc") differ.
Digest256 Blake2b(std::initializer_list<std::string_view> pieces);

// RFC 2104 with SHA-256; a key of any length.
Digest256 HmacSha256(std::span<const std::uint8_t> key, std::string_view data);

// RFC 4648 § 4, padded.
std::string ToBase64(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> FromBase64(std::string_view text);

}  // namespace smsweb
