// [message] languages: which national shift tables a recipient may be sent.
#include <algorithm>
#include <array>

#include "common/config/sections.h"

namespace smsweb {
namespace {

// In the order of their identifiers (3GPP TS 23.038 § 6.2.1.2.4), as common/pdu
// names them.
constexpr std::array<std::string_view, 13> kLanguages = {
    "turkish", "spanish", "portuguese", "bengali", "gujarati",
    "hindi",   "kannada", "malayalam",  "oriya",   "punjabi",
    "tamil",   "telugu",  "urdu"};

bool IsLanguage(const std::string& name) {
  return std::ranges::find(kLanguages, name) != kLanguages.end();
}

}  // namespace

bool IsNumberPrefix(std::string_view text) {
  return text.starts_with('+') && text.size() <= 16 &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::span<const std::string_view> LanguageNames() { return kLanguages; }

const std::vector<std::string>& LanguagesFor(const MessageConfig& config,
                                             std::string_view recipient) {
  static const std::vector<std::string> kNone;
  const std::vector<std::string>* best = &kNone;
  std::size_t length = 0;
  for (const auto& [prefix, names] : config.languages) {
    if (!recipient.starts_with(prefix) || prefix.size() < length) continue;
    best = &names;
    length = prefix.size();
  }
  return *best;
}

void ReadLanguages(TableReader& table,
                   std::map<std::string, std::vector<std::string>>* languages) {
  table.ReadLists("languages", languages);
  for (const auto& [prefix, names] : *languages) {
    if (!IsNumberPrefix(prefix)) {
      table.Refuse("languages",
                   fmt::format("\"{}\" is no prefix; write the beginning of a "
                               "number as \"+90\", or \"+\" for all",
                               prefix));
    }
    for (const auto& name : names) {
      if (IsLanguage(name)) continue;
      table.Refuse("languages",
                   fmt::format("\"{}\" has no shift table; known: {}", name,
                               fmt::join(kLanguages, ", ")));
    }
  }
}

}  // namespace smsweb
