// How a text is put into user data: the alphabet, and for the 7-bit one the
// national language tables that stand in for the default ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/pdu/language.h"

namespace smsweb {

enum class Alphabet : std::uint8_t {
  kGsm7,
  kUcs2,
  kData,  // 8-bit data: no text. Never what a text is put into
};
std::string_view ToString(Alphabet alphabet);  // "gsm7", "ucs2", "8bit"

struct TextCoding {
  Alphabet alphabet = Alphabet::kGsm7;
  // For kGsm7: whose tables stand in for the default alphabet and for its
  // extension table.
  Language locking = Language::kDefault;
  Language single = Language::kDefault;

  bool operator==(const TextCoding&) const = default;
};

// "gsm7", "gsm7 single=turkish", "gsm7 locking=portuguese single=portuguese",
// "ucs2".
std::string ToString(const TextCoding& coding);
std::optional<TextCoding> ParseTextCoding(std::string_view text);

}  // namespace smsweb
