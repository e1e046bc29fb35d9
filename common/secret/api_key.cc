#include "common/secret/api_key.h"

#include <algorithm>

namespace smsweb {
namespace {

constexpr std::string_view kBegins = "smsweb_";
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kLength = kBegins.size() + 43;

}  // namespace

std::string MakeApiKey(Random& random) {
  std::array<std::uint8_t, kKeySize> bytes;
  random.Fill(bytes);
  std::string text = ToBase64(bytes);
  text.erase(text.find('='));
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return std::string(kBegins) + text;
}

bool LooksLikeApiKey(std::string_view text) {
  return text.size() == kLength && text.starts_with(kBegins);
}

Digest256 ApiKeyDigest(std::string_view key) {
  return Blake2b({"smsweb API key", key});
}

}  // namespace smsweb
