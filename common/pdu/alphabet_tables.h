// The tables of the 7-bit alphabets: the default alphabet and its extension
// table (3GPP TS 23.038 § 6.2.1), and the national language tables that stand
// in for them (annex A: single shift A.2, locking shift A.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/pdu/language.h"

namespace smsweb {

inline constexpr std::uint8_t kGsm7Escape = 0x1B;

// Characters by septet; 0 where there is none. Neither kind of table has one
// for kGsm7Escape.
using AlphabetTable = std::array<char16_t, 128>;

// The default alphabet for a language that has no such table.
const AlphabetTable& LockingTable(Language language);

// What stands behind an escape.
const AlphabetTable& SingleShiftTable(Language language);

// The septet of a character in these tables; the lowest where there are two.
std::optional<std::uint8_t> SeptetInLocking(Language language,
                                            char32_t character);
std::optional<std::uint8_t> SeptetInSingleShift(Language language,
                                                char32_t character);

}  // namespace smsweb
