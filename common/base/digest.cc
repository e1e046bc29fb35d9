#include "common/base/digest.h"

#include <sodium.h>

namespace smsweb {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Digest256 Blake2b(std::initializer_list<std::string_view> pieces) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, Digest256().size());
  for (const std::string_view piece : pieces) {
    std::array<unsigned char, 8> length;
    for (std::size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<unsigned char>(piece.size() >> (8 * i));
    }
    crypto_generichash_update(&state, length.data(), length.size());
    crypto_generichash_update(&state, Bytes(piece), piece.size());
  }
  Digest256 digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

Digest256 HmacSha256(std::span<const std::uint8_t> key, std::string_view data) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, Bytes(data), data.size());
  Digest256 digest;
  crypto_auth_hmacsha256_final(&state, digest.data());
  return digest;
}

std::string ToBase64(std::span<const std::uint8_t> bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    kVariant);
  text.pop_back();  // its NUL
  return text;
}

std::optional<std::vector<std::uint8_t>> FromBase64(std::string_view text) {
  if (text.empty()) return std::vector<std::uint8_t>();  // sodium wants a place
  std::vector<std::uint8_t> bytes(text.size());
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                        nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace smsweb
