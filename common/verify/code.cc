#include "common/verify/code.h"

#include <sodium.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace smsweb {
namespace {

// The bytes that HMAC-SHA-256 makes of a key, a seed and a counter.
class DerivedBytes final : public Random {
 public:
  DerivedBytes(const Digest256& key, const NewVerification& verification)
      : key_(key) {
    // An id of its own for each: no two verifications share a stream.
    input_.append(verification.id.bytes.begin(), verification.id.bytes.end());
    input_.append(verification.seed.begin(), verification.seed.end());
  }

  void Fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = Next();
  }

 private:
  std::uint8_t Next() {
    if (place_ == block_.size()) {
      block_ = HmacSha256(key_, input_ + static_cast<char>(counter_++));
      place_ = 0;
    }
    return block_[place_++];
  }

  const Digest256 key_;
  std::string input_;
  std::uint8_t counter_ = 0;
  Digest256 block_{};
  std::size_t place_ = block_.size();
};

}  // namespace

// Bytes from 250 on would make some digits likelier than others.
std::string DrawCode(Random& random, int length) {
  constexpr std::uint8_t kFair = 250;
  std::string code;
  while (code.size() < static_cast<std::size_t>(length)) {
    std::uint8_t byte = 0;
    random.Fill({&byte, 1});
    if (byte < kFair) code += static_cast<char>('0' + byte % 10);
  }
  return code;
}

void SeedCode(NewVerification& verification, const SecretKey& key,
              Random& random) {
  verification.key = key.id;
  random.Fill(verification.seed);
}

std::string CodeOf(const NewVerification& verification, const SecretKey& key) {
  DerivedBytes bytes(key.code, verification);
  return DrawCode(bytes, verification.code_length);
}

std::optional<std::string> ReadTypedCode(std::string_view typed) {
  constexpr std::size_t kLongest = 40;
  if (typed.size() > kLongest) return std::nullopt;
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return std::nullopt;
    code += c;
  }
  if (code.empty()) return std::nullopt;
  return code;
}

bool IsSameCode(std::string_view typed, std::string_view code) {
  return typed.size() == code.size() &&
         sodium_memcmp(typed.data(), code.data(), code.size()) == 0;
}

}  // namespace smsweb
