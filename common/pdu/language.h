// The languages that have shift tables of their own (3GPP TS 23.038
// § 6.2.1.2.4). The numbers are the identifiers that go on the air.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace smsweb {

enum class Language : std::uint8_t {
  kDefault = 0,  // no language: the default alphabet and its extension table
  kTurkish = 1,
  kSpanish = 2,
  kPortuguese = 3,
  kBengali = 4,  // and Assamese
  kGujarati = 5,
  kHindi = 6,
  kKannada = 7,
  kMalayalam = 8,
  kOriya = 9,
  kPunjabi = 10,
  kTamil = 11,
  kTelugu = 12,
  kUrdu = 13,
};

// Those that have tables: all but kDefault.
std::span<const Language> AllLanguages();

std::string_view ToString(Language language);  // "turkish"
std::optional<Language> ParseLanguage(std::string_view name);

// By its number on the air; none where that is reserved.
std::optional<Language> LanguageOf(std::uint8_t identifier);

// Spanish has a single shift table alone.
bool HasLockingTable(Language language);

}  // namespace smsweb
