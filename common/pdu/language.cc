#include "common/pdu/language.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace smsweb {
namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "default",  "turkish", "spanish", "portuguese", "bengali",
    "gujarati", "hindi",   "kannada", "malayalam",  "oriya",
    "punjabi",  "tamil",   "telugu",  "urdu"};

constexpr auto kAll = [] {
  std::array<Language, kNames.size() - 1> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = static_cast<Language>(i + 1);
  }
  return all;
}();

}  // namespace

std::span<const Language> AllLanguages() { return kAll; }

std::string_view ToString(Language language) {
  return kNames[static_cast<std::size_t>(language)];
}

std::optional<Language> ParseLanguage(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Language>(found - kNames.begin());
}

std::optional<Language> LanguageOf(std::uint8_t identifier) {
  if (identifier >= kNames.size()) return std::nullopt;
  return static_cast<Language>(identifier);
}

bool HasLockingTable(Language language) {
  return language != Language::kDefault && language != Language::kSpanish;
}

}  // namespace smsweb
